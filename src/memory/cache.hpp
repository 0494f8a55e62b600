#pragma once
// Bytes of caches, exactly.

#include <optional>

#include "data/model.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

// nullopt: more than 63 bits.
struct CacheBytes {
  std::optional<Bytes> kv = 0;
};

CacheBytes cache_bytes(const ModelArch& arch, const Load& load);

}  // namespace ctxcap::memory
