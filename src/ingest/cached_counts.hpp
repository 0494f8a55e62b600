#pragma once
// Counts of senders that write what was read from a cache, or thought, apart from the rest. Some count it
// inside of the input (output), some beside it; the numbers of a row tell, and where they do not, its names.

#include <cstdint>
#include <optional>

#include "ingest/usage.hpp"

namespace ctxcap::ingest {

// What the names of a row, or its sender's habits, say about a part. The numbers come first.
enum class Counted : std::uint8_t { beside, inside, open };

struct CachedCounts {
  Tokens input = 0, cached = 0;     // cached: read from a cache and written to it
  std::optional<Tokens> output;     // nullopt: unknown
  std::optional<Tokens> reasoning;  // of the generation
  Tokens total = 0;                 // 0: unknown
  Counted cached_by_name = Counted::beside, reasoning_by_name = Counted::beside;
};

// A total decides which parts it is the sum of. More cached than input can only stand beside it. Otherwise by
// the names; where these say nothing the sum is the safe reading, with a remark. A total beyond all parts is
// the need.
Usage usage_with_cache(const CachedCounts& counts);

}  // namespace ctxcap::ingest
