// The terms that do not depend on the window, and the sum as an interval.

#include "memory/total.hpp"

#include <algorithm>

#include "memory/projector.hpp"

namespace ctxcap::memory {
namespace {

constexpr Bytes kMiB = 1LL << 20;

// CUDA context, kernels and libraries, before any buffer: 36 + 2.9 MiB per multiprocessor on current cards,
// 113 (RTX 3060) to 506 MiB (RTX 5090) as seen, a little more once it runs.
constexpr Bytes kOverhead = 300 * kMiB, kOverheadLow = 110 * kMiB, kOverheadHigh = 600 * kMiB;

// The projector's own compute buffer follows the largest image; it is not predicted, only allowed for.
constexpr Bytes kProjectorCompute = 512 * kMiB;

// On the GPU without input embeddings, which stay on the CPU; with those that serve as output a second time.
Bytes resident_weights(const Weights& weights, const Load& load, const RuntimeSettings& settings) {
  const Bytes skipped = weights.projector + (settings.draft_tokens > 0 ? 0 : weights.draft);
  const Bytes text = weights.stored - skipped;
  return load.cuda ? text - weights.input + weights.tied : text + weights.tied_on_cpu;
}

}  // namespace

bool fill_totals(const ModelArch& arch, const Load& load, const RuntimeSettings& settings,
                 Footprint& result) {
  if (arch.weights) {
    result.weights_bytes = resident_weights(*arch.weights, load, settings);
    result.weights_exact = arch.weights->error == 0;
    if (arch.weights->projector > 0 || !arch.vision) result.projector_bytes = arch.weights->projector;
  }
  const std::optional<ProjectorBytes> tower =
      arch.projector ? projector_bytes(*arch.projector, load) : std::nullopt;
  if (!arch.vision) result.projector_compute_bytes = 0;
  if (tower && arch.vision && arch.weights && arch.weights->projector == 0) {
    result.projector_bytes = tower->weights;
    result.projector_compute_bytes = tower->graph;
  }
  const bool measured = settings.overhead.has_value();
  result.overhead_bytes = !load.cuda ? 0 : measured ? *settings.overhead : kOverhead;  // of a card
  result.overhead_exact = measured || !load.cuda;
  const Bytes overhead_low = result.overhead_exact ? *result.overhead_bytes : kOverheadLow;
  const Bytes overhead_high = result.overhead_exact ? *result.overhead_bytes : kOverheadHigh;

  if (!result.kv_bytes || !result.weights_bytes || !result.compute_bytes) return true;
  std::optional<Bytes> exact = checked_add(result.kv_bytes, result.kv_swa_bytes);
  for (const std::optional<Bytes>& term :
       {result.kv_indexer_bytes, result.rs_bytes, result.draft_bytes, result.weights_bytes,
        std::optional(result.projector_bytes.value_or(0)),
        std::optional(result.projector_compute_bytes.value_or(0))}) {
    exact = checked_add(exact, term);
  }
  const Bytes error = arch.weights->error;
  // It grows with the first large image, and does not shrink again.
  const Bytes projector_compute = result.projector_compute_bytes && tower
                                      ? tower->largest_graph - tower->graph
                                  : arch.vision ? kProjectorCompute
                                                : 0;
  result.total_bytes = checked_add(checked_add(exact, result.compute_bytes), result.overhead_bytes);
  result.total_low_bytes = checked_add(checked_add(exact, result.compute_low_bytes), overhead_low - error);
  result.total_high_bytes = checked_add(
      checked_add(checked_add(exact, result.compute_high_bytes), overhead_high), error + projector_compute);
  return result.total_bytes && result.total_low_bytes && result.total_high_bytes;
}

}  // namespace ctxcap::memory
