#pragma once
// One load of a model, as llama-server is started for it.

#include "base/result.hpp"
#include "data/memory.hpp"
#include "data/model.hpp"
#include "memory/kv_types.hpp"

namespace ctxcap::memory {

// What llama.cpp makes of its arguments. All in tokens unless said otherwise.
struct Load {
  i64 sequences = 1;  // -np: slots
  i64 streams = 1;    // caches side by side: one per sequence, or one shared by all
  i64 cells = 0;      // tokens per stream, a multiple of 256
  i64 batch = 0;      // -b and -ub, as used
  bool unified = false;
  bool full_window_cache = false;
  i64 state_copies = 1;  // of each sequence's recurrent state: 1 + draft length
  bool flash_attention = true;
  KvType k = {}, v = {};
  bool gpu = true;   // else in RAM
  bool cuda = true;  // buffers of ggml-cuda; else plain ones
};

// -c `total_ctx`, which llama.cpp divides among the slots. Errors: what llama.cpp refuses, and nonsense.
Result<Load> plan_load(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings);

// footprint() of a load that is not num_ctx per slot.
Result<Footprint> footprint_of_total(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings);

// Ollama's rule where nothing sets num_batch.
i64 automatic_batch(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings);

}  // namespace ctxcap::memory
