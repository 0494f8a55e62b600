#pragma once
// Blocks of vLLM: what a window takes, by the arithmetic of its own planner (0.33, and where it is known what
// older ones did differently).

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/vllm.hpp"

namespace ctxcap::memory {

// How the layers share blocks. Errors (their `why`): a cache type that is packed, which no formula is known
// of, or settings that vLLM refuses. `checkpoint` is known.
Result<BlockLayout> block_layout(const Checkpoint& checkpoint, const VllmSettings& settings);

// One window; `available`: memory for the cache on one card, nullopt: not known.
VllmLength vllm_length(const BlockLayout& layout, Tokens max_model_len, std::optional<Bytes> available);

// The largest window, at most `most`, of which one request fits; nullopt: none does.
std::optional<Tokens> largest_length(const BlockLayout& layout, Bytes available, Tokens most);

// What holds so many requests of that window at once.
Bytes cache_for(const BlockLayout& layout, Tokens max_model_len, i64 requests);

// Names of the cache types, packed ones too.
std::vector<std::string_view> vllm_cache_types();

}  // namespace ctxcap::memory
