// The terms that do not depend on the window, and the sum as an interval.

#include "memory/total.hpp"

#include <algorithm>

#include "memory/backends.hpp"
#include "memory/projector.hpp"

namespace ctxcap::memory {
namespace {

constexpr Bytes kMiB = 1LL << 20;

// The projector's own compute buffer follows the largest image; it is not predicted, only allowed for.
constexpr Bytes kProjectorCompute = 512 * kMiB;

// On the GPU without input embeddings, which stay on the CPU; with those that serve as output a second time.
Bytes resident_weights(const Weights& weights, const Load& load, const RuntimeSettings& settings) {
  const Bytes skipped = weights.projector + (settings.draft_tokens > 0 ? 0 : weights.draft);
  const Bytes text = weights.stored - skipped;
  if (backend(settings.backend)->unified) return text;  // all of it is the system's memory, once
  return load.gpu ? text - weights.input + weights.tied : text + weights.tied_on_cpu;
}

}  // namespace

Overhead overhead_of(const ModelArch& arch, const Load& load, const RuntimeSettings& settings) {
  constexpr i64 kLargestBatch = 2048;
  if (!load.gpu) return {.exact = true};
  if (settings.overhead) return {*settings.overhead, *settings.overhead, *settings.overhead, true};
  const Backend& where = *backend(settings.backend);
  const bool many = arch.compute.experts > 0 && load.batch >= kLargestBatch;
  return {where.low, where.usual, many ? std::max(where.high, where.high_of_experts) : where.high};
}

bool fill_totals(const ModelArch& arch, const Load& load, const RuntimeSettings& settings,
                 const DraftBytes& draft, Footprint& result) {
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
  const Overhead overhead = overhead_of(arch, load, settings);
  result.overhead_bytes = overhead.usual;
  result.overhead_exact = overhead.exact;
  result.draft_unknown = arch.has_draft_model && !arch.draft_model;
  result.overhead_guessed = !overhead.exact && !backend(settings.backend)->measured;

  if (!result.kv_bytes || !result.weights_bytes || !result.compute_bytes) return true;
  std::optional<Bytes> exact = checked_add(result.kv_bytes, result.kv_swa_bytes);
  for (const std::optional<Bytes>& term :
       {result.kv_indexer_bytes, result.rs_bytes, result.draft_bytes, std::optional(draft.weights),
        result.weights_bytes, std::optional(result.projector_bytes.value_or(0)),
        std::optional(result.projector_compute_bytes.value_or(0))}) {
    exact = checked_add(exact, term);
  }
  const Bytes error = arch.weights->error;
  // It grows with the first large image, and does not shrink again.
  const Bytes projector_compute = result.projector_compute_bytes && tower
                                      ? tower->largest_graph - tower->graph
                                  : arch.vision ? kProjectorCompute
                                                : 0;
  // Where nobody said which build it is, the newest rules hold, and an older one may take more.
  const Bytes older = arch.build.assumed ? unused_tail_bytes(arch, load) : 0;
  const auto with = [&](std::optional<Bytes> compute, Bytes drafting, Bytes process) {
    return checked_add(checked_add(checked_add(exact, compute), drafting), process);
  };
  result.total_bytes = with(result.compute_bytes, draft.compute.expected, overhead.usual);
  result.total_low_bytes = with(result.compute_low_bytes, draft.compute.low, overhead.low - error);
  result.total_high_bytes = checked_add(with(result.compute_high_bytes, draft.compute.high, overhead.high),
                                        error + projector_compute + draft.process + older);
  return result.total_bytes && result.total_low_bytes && result.total_high_bytes;
}

}  // namespace ctxcap::memory
