#pragma once
// What a loaded model takes on the card, term by term. Made by memory/, read by policy/ and report/.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

// How the server runs models; no API reports these, so they are inputs with Ollama's defaults.
struct RuntimeSettings {
  i64 parallel = 1;                   // OLLAMA_NUM_PARALLEL: slots, each with num_ctx tokens
  std::string kv_type_k = "f16";      // OLLAMA_KV_CACHE_TYPE
  std::string kv_type_v = "f16";
  bool flash_attention = true;        // OLLAMA_FLASH_ATTENTION
  std::optional<i64> num_batch;       // unset: Ollama's automatic rule
  std::string backend = "cuda";       // "cuda" or "cpu": alignment of buffers
};

// nullopt: unknown. kv, kv_swa, kv_indexer and rs are exact where known.
struct Footprint {
  Tokens num_ctx = 0;                     // per slot, as asked
  Tokens padded_ctx = 0;                  // per slot, as llama.cpp allocates it (multiple of 256)
  std::optional<Bytes> kv_bytes;          // full-window K and V of all slots
  std::optional<Bytes> kv_swa_bytes;      // sliding-window K and V
  std::optional<Bytes> kv_indexer_bytes;  // extra caches of sparse attention
  std::optional<Bytes> rs_bytes;          // recurrent state
  std::optional<Bytes> compute_bytes;
  std::optional<Bytes> weights_bytes;     // on the GPU
  std::optional<Bytes> projector_bytes;
  std::optional<Bytes> overhead_bytes;    // process: CUDA context, kernels
  std::optional<Bytes> total_bytes;
  std::optional<Bytes> total_low_bytes;
  std::optional<Bytes> total_high_bytes;
};

}  // namespace ctxcap
