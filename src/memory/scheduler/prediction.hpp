#pragma once
// What Ollama expects a load to take, which decides what it evicts, right or not.

#include <span>

#include "data/scheduler.hpp"

namespace ctxcap::memory {

// File, and K and V of every block by one formula: neither head widths nor sliding windows, latent rows,
// shared caches or the cache's type are in it.
Bytes predicted_bytes(const ScheduledModel& model, Tokens total_ctx);

// Reserved for large batches; nothing for models that do not generate.
Bytes batch_surcharge(bool completion, i64 num_batch);

// 80 % of what is free.
constexpr Bytes fitting(Bytes available) {
  return available * 80 / 100;
}

// What the choice of num_batch looks at, where nothing sets it.
struct BatchChoice {
  bool completion = true;
  Tokens asked_ctx = 0;  // before it is clamped
  Tokens total_ctx = 0;  // window x slots
  Bytes predicted = 0;
  Bytes available = 0;  // 0: not known, which is taken for plenty
  bool cuda_without_flash_attention = false;
  bool small_card = false;  // one with at most 8 GiB free
};
i64 chosen_batch(const BatchChoice& choice);

}  // namespace ctxcap::memory
