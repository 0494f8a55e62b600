#pragma once
// Counts of senders that write what was read from a cache, or thought, apart from the rest. Some count it
// inside of the input (output), some beside it; the numbers of a row tell, and where they do not, its names.

#include <cstdint>

#include "ingest/usage.hpp"

namespace ctxcap::ingest {

// What the names of a row say about cached tokens. Its numbers come first.
enum class Cached : std::uint8_t { beside, inside, unsaid };

struct CachedCounts {
  Count input, output, total;
  Count cached;     // read from a cache and written to it
  Count reasoning;  // of the generation
  Cached by_name = Cached::unsaid;
  bool reasoning_beside = false;  // by its name
};

// A total decides which parts it is the sum of. More cached than input can only stand beside it. Otherwise by
// the names; where these say nothing the sum is the safe reading, with a remark. A total beyond all parts is
// the need.
Usage usage_with_cache(const CachedCounts& counts);

// A map in any spelling: input_tokens, promptTokens, tokensIn; cache_read_input_tokens, cacheReads,
// cached_tokens, "cache": {"read": ...}; reasoning, thoughts; total. Of two spellings of one part the first
// with a value counts.
CachedCounts read_cached_counts(Value map, Scratch& scratch);
Usage read_cached_usage(Value map, Scratch& scratch);

}  // namespace ctxcap::ingest
