// Ollama's choice of num_batch, which llama.cpp gets as -b and -ub. It decides the size of window caches and
// of the compute buffer.

#include <algorithm>

#include "memory/devices.hpp"
#include "memory/load.hpp"
#include "memory/memory.hpp"
#include "memory/scheduler/prediction.hpp"

namespace ctxcap::memory {

i64 automatic_batch(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings) {
  constexpr Bytes kSmallCard = Bytes{8} << 30;
  const bool cuda = settings.backend == "cuda";
  const Bytes file = arch.weights ? arch.weights->stored : 0;
  Bytes available = settings.free_vram.value_or(0);
  if (settings.cards.size() > 1) {
    available = 0;
    for (const std::size_t card : cards_for(arch, total_ctx, settings)) available += settings.cards[card];
  }
  return chosen_batch(
      {.completion = arch.completion,
       .asked_ctx = total_ctx / settings.parallel,
       .total_ctx = total_ctx,
       .predicted = predicted_bytes(as_scheduled("", "", arch, file), total_ctx),
       .available = available,
       .cuda_without_flash_attention = cuda && settings.flash_attention == FlashAttention::off,
       .small_card = settings.free_vram && *settings.free_vram <= kSmallCard});
}

}  // namespace ctxcap::memory
