#include "memory/drafts.hpp"

#include <cmath>

#include "memory/cache.hpp"

namespace ctxcap::memory {
namespace {

// A tail's own buffer has 0.38 to 1.0 times that of its model, as measured on seven; most 0.84 to 1.0.
constexpr double kTailLow = 0.35, kTailUsual = 0.93;
constexpr Bytes kTailProcess = 600LL << 20;  // 200 to 600 MiB more, as seen on cards

Bytes share_of(Bytes bytes, double share) {
  return std::llround(static_cast<double>(bytes) * share);
}

// A context of its own on the same weights: plain f16 rows of the blocks behind the trunk.
std::optional<DraftBytes> tail_bytes(const ModelArch& arch, Load load,
                                     const std::optional<ComputeBytes>& compute) {
  ModelArch tail;
  tail.layers = arch.draft_layers;
  tail.widest_v = arch.widest_v;
  load.k = load.v = *kv_type("f16");
  const std::optional<Bytes> kv = cache_bytes(tail, load).kv;
  if (!kv) return std::nullopt;
  DraftBytes draft{.kv = *kv, .process = load.gpu ? kTailProcess : 0};
  if (compute) {
    draft.compute = {.expected = share_of(compute->expected, kTailUsual),
                     .low = share_of(compute->low, kTailLow),
                     .high = compute->high};
  }
  return draft;
}

// Its own shape and types, the window of the model that it drafts for.
std::optional<DraftBytes> second_bytes(const ModelArch& second, i64 total_ctx, RuntimeSettings settings) {
  settings.kv_type_k = settings.kv_type_v = "f16";
  settings.beside_target = true;
  settings.draft_tokens = settings.cpu_experts = 0;
  settings.gpu_layers.reset();
  settings.cards.clear();
  const Result<Footprint> memory = footprint_of_total(second, total_ctx, settings);
  if (!memory) return std::nullopt;
  const std::optional<Bytes> caches = cache_bytes(*memory);
  if (!caches || !memory->weights_bytes || !memory->compute_bytes) return std::nullopt;
  return DraftBytes{.kv = *caches,
                    .weights = *memory->weights_bytes,
                    .compute = {.expected = *memory->compute_bytes,
                                .low = *memory->compute_low_bytes,
                                .high = *memory->compute_high_bytes}};
}

}  // namespace

Bytes unused_tail_bytes(const ModelArch& arch, const Load& load) {
  return cache_bytes(arch, load, arch.draft_layers).kv.value_or(0);
}

std::optional<DraftBytes> draft_bytes(const ModelArch& arch, const Load& load, i64 total_ctx,
                                      const RuntimeSettings& settings,
                                      const std::optional<ComputeBytes>& compute) {
  if (arch.draft_model) return second_bytes(*arch.draft_model, total_ctx, settings);
  if (settings.draft_tokens == 0 || arch.draft_layers.empty()) return DraftBytes{};
  return tail_bytes(arch, load, compute);
}

}  // namespace ctxcap::memory
