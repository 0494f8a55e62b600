#pragma once
// Inside memory/vllm: bytes of one layer.

#include <optional>

#include "data/vllm.hpp"

namespace ctxcap::memory {

struct CacheType {
  std::string_view name;
  i64 bits = 0;      // of an element; 0: packed in a way that is not known
  i64 per_head = 0;  // bytes of scales beside K and V of each head
};

// nullptr: there is no such type.
const CacheType* cache_type(std::string_view name);

// Of one token in an attention layer, on one of so many cards.
Bytes token_bytes(const PagedLayer& layer, const CacheType& type, i64 cards);

// Of one sequence in a state layer.
Bytes state_bytes(const SequenceState& state, i64 cards);

}  // namespace ctxcap::memory
