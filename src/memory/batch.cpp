// Ollama's choice of num_batch, which llama.cpp gets as -b and -ub. It decides the size of window caches and
// of the compute buffer.

#include <algorithm>

#include "memory/load.hpp"

namespace ctxcap::memory {
namespace {

constexpr i64 kSmall = 512, kMedium = 1024, kLarge = 2048;
constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

// What Ollama expects a load to take: its own rough formula (file, and K and V of the embedding's width in
// f16), used here because it decides, not because it is right.
double ollama_prediction(const ModelArch& arch, i64 total_ctx) {
  const ComputeShape& shape = arch.compute;
  i64 kv_heads = shape.heads;
  for (const Layer& layer : arch.layers) {
    const i64 heads = layer.head_k > 0 ? layer.k_width / layer.head_k : 0;
    kv_heads = std::min(kv_heads, std::max<i64>(heads, 1));
  }
  const double head = shape.heads > 0 ? static_cast<double>(shape.embedding / shape.heads) : 0;
  const double cache = 2.0 * static_cast<double>(arch.layers.size()) * static_cast<double>(kv_heads) * head *
                       static_cast<double>(total_ctx) * 2.0;
  return cache + (arch.weights ? static_cast<double>(arch.weights->stored) : 0);
}

// A batch above 512 is taken only while the card is far from full.
bool has_room(double predicted, double free, i64 batch) {
  const double share = batch == kLarge ? 0.60 : 0.75;
  const double surcharge = batch == kLarge ? 2 * kGiB : 0.75 * kGiB;
  return predicted <= share * free && predicted + surcharge <= 0.80 * free;
}

}  // namespace

i64 automatic_batch(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings) {
  if (!arch.completion) return std::min<i64>(kLarge, total_ctx / settings.parallel);
  if (settings.flash_attention == FlashAttention::off && settings.backend == "cuda") {
    constexpr double kSmallCard = 8 * kGiB;
    const bool small_card = settings.free_vram && static_cast<double>(*settings.free_vram) <= kSmallCard;
    return small_card && total_ctx > 4096 ? kSmall / 2 : kSmall;
  }
  i64 batch = total_ctx <= 4096 ? kSmall : total_ctx <= 32768 ? kMedium : kLarge;
  if (!settings.free_vram) return batch;
  const double predicted = ollama_prediction(arch, total_ctx),
               free = static_cast<double>(*settings.free_vram);
  while (batch > kSmall && !has_room(predicted, free, batch)) batch /= 2;
  return batch;
}

}  // namespace ctxcap::memory
