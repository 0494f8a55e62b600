#include "memory/memory.hpp"

namespace ctxcap::memory {

namespace {

// In vLLM's blocks, for so many requests at once; activations and graphs as logs of such cards have them.
void price_in_blocks(const Checkpoint& checkpoint, i64 requests, Footprint& memory) {
  const auto layout = checkpoint.known() ? block_layout(checkpoint, {}) : fail(Error{});
  if (!layout) return;
  memory.parallel = requests;
  memory.kv_bytes = cache_for(*layout, memory.num_ctx, requests);
  memory.kv_swa_bytes = memory.kv_indexer_bytes = memory.rs_bytes = memory.draft_bytes = 0;
  memory.weights_bytes = checkpoint.weights_bytes;
  if (!memory.weights_bytes) return;
  const Bytes both = *memory.weights_bytes + *memory.kv_bytes;
  memory.total_low_bytes = both + kActivationsLow;
  memory.total_bytes = memory.total_high_bytes = both + kActivationsHigh;
}

}  // namespace

Result<std::vector<Rung>> price(std::span<const Tokens> windows, const DescribedModel& model,
                                const RuntimeSettings& settings) {
  const std::optional<ModelArch>& arch = model.arch;
  std::vector<Rung> rungs;
  for (const Tokens window : windows) {
    Rung rung{.num_ctx = window, .memory = {.num_ctx = window}};
    if (arch && arch->known()) {
      const RuntimeSettings runs = as_ollama_runs(model, settings);
      TRY_ASSIGN(rung.memory, footprint(*arch, window, runs, model.calibration));
      rung.memory.fit = fit_of(*arch, runs, rung.memory);
    }
    if (model.checkpoint && !(arch && arch->known()))
      price_in_blocks(*model.checkpoint, settings.parallel, rung.memory);
    rungs.push_back(std::move(rung));
  }
  return rungs;
}

Result<std::optional<double>> mean_kv_bytes(std::span<const Tokens> windows,
                                            const std::optional<ModelArch>& arch,
                                            const RuntimeSettings& settings) {
  if (!arch || !arch->known() || windows.empty()) return std::optional<double>{};
  double sum = 0;
  for (const Tokens window : windows) {
    TRY_ASSIGN(const Footprint memory, footprint(*arch, window, as_ollama_runs(*arch, settings)));
    const std::optional<Bytes> kv = kv_cache_bytes(memory);
    if (!kv) return std::optional<double>{};
    sum += static_cast<double>(*kv);
  }
  return std::optional(sum / static_cast<double>(windows.size()));
}

}  // namespace ctxcap::memory
