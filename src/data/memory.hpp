#pragma once
// What a loaded model takes on the card, term by term. Made by memory/, read by policy/ and report/.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "data/build.hpp"

namespace ctxcap {

enum class FlashAttention { automatic, on, off };

// How the server runs models; no API reports these, so they are inputs with Ollama's defaults.
struct RuntimeSettings {
  i64 parallel = 1;               // slots, each with num_ctx tokens (OLLAMA_NUM_PARALLEL)
  std::string kv_type_k = "f16";  // OLLAMA_KV_CACHE_TYPE
  std::string kv_type_v = "f16";
  FlashAttention flash_attention = FlashAttention::automatic;  // OLLAMA_FLASH_ATTENTION
  std::optional<i64> num_batch;                                // unset: Ollama's automatic rule
  std::optional<Bytes>
      free_vram;  // before loading; that rule takes smaller batches on a full card. Unset: plenty
  std::string backend = "cuda";   // "cuda" or "cpu": alignment of buffers
  std::optional<Bytes> overhead;  // process on the card, as measured; unset: an estimate, with its range
  ServerBuild build;              // told or assumed; what a server says of itself comes before
  // llama.cpp settings that Ollama leaves alone.
  bool unified = false;            // one cache of num_ctx x parallel tokens shared by all slots
  bool full_window_cache = false;  // sliding-window layers keep the whole window (--swa-full)
  bool beside_target = false;      // the model drafts for another, which is loaded
  i64 draft_tokens = 0;            // length of MTP drafts: recurrent state is kept that many times more
};

// Terms of the total. nullopt: unknown.
struct Footprint {
  // What was asked, and what it became.
  Tokens num_ctx = 0;     // per slot, as asked
  Tokens padded_ctx = 0;  // per slot, as llama.cpp allocates it (multiple of 256)
  i64 parallel = 1;
  i64 num_batch = 0;             // tokens processed at once, as used
  bool flash_attention = false;  // as used
  std::string kv_type_k, kv_type_v, backend;

  std::optional<Bytes> kv_bytes;          // full-window K and V of all slots
  std::optional<Bytes> kv_swa_bytes;      // sliding-window K and V
  std::optional<Bytes> kv_indexer_bytes;  // extra caches of sparse attention
  std::optional<Bytes> rs_bytes;          // recurrent state
  std::optional<Bytes> draft_bytes;       // caches of MTP drafts; 0 without them
  std::optional<Bytes> compute_bytes;     // an estimate: compute_low_bytes to compute_high_bytes
  std::optional<Bytes> compute_low_bytes, compute_high_bytes;
  std::optional<Bytes> weights_bytes;  // where the model runs, projector aside
  std::optional<Bytes>
      projector_bytes;  // inside the file; 0 without one, unknown where vision lies in another file
  std::optional<Bytes> projector_compute_bytes;  // its graph as reserved at load; 0 without one
  std::optional<Bytes> overhead_bytes;           // process: CUDA context, kernels
  std::optional<Bytes> total_bytes;              // the sum; unknown when a term other than the projector is
  std::optional<Bytes> total_low_bytes;
  std::optional<Bytes> total_high_bytes;

  // Which of them are exact; compute never is.
  bool caches_exact = false;    // kv, kv_swa, kv_indexer, rs: false for a guessed architecture
  bool weights_exact = false;   // false when they come from the size of the file
  bool overhead_exact = false;  // true when it was measured
  bool measured = false;        // the total was corrected by a measurement on the host
};

// All caches that grow with the window; nullopt when any of them is unknown.
inline std::optional<Bytes> kv_cache_bytes(const Footprint& memory) {
  return checked_add(checked_add(memory.kv_bytes, memory.kv_swa_bytes), memory.kv_indexer_bytes);
}

// The same with recurrent state: what a load keeps between requests.
inline std::optional<Bytes> cache_bytes(const Footprint& memory) {
  return checked_add(kv_cache_bytes(memory), memory.rs_bytes);
}

}  // namespace ctxcap
