#pragma once
// Bytes of caches, exactly.

#include <optional>
#include <span>

#include "data/model.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

// As llama.cpp logs them; nullopt: more than 63 bits.
struct CacheBytes {
  std::optional<Bytes> kv = 0;       // rows for the whole window
  std::optional<Bytes> window = 0;   // rows of sliding-window layers
  std::optional<Bytes> indexer = 0;  // rows that sparse attention keeps beside them
  std::optional<Bytes> state = 0;    // recurrent state
};

// Tokens that a layer with a sliding window keeps per stream.
i64 window_cells(const ModelArch& arch, const Load& load, i64 window);

CacheBytes cache_bytes(const ModelArch& arch, const Load& load);
// Of some of its layers.
CacheBytes cache_bytes(const ModelArch& arch, const Load& load, std::span<const Layer> layers);

}  // namespace ctxcap::memory
