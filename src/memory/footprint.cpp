#include <fmt/format.h>

#include <algorithm>

#include "memory/cache.hpp"
#include "memory/compute.hpp"
#include "memory/devices.hpp"
#include "memory/drafts.hpp"
#include "memory/load.hpp"
#include "memory/memory.hpp"
#include "memory/total.hpp"

namespace ctxcap::memory {
namespace {

Error too_large(const ModelArch& arch, i64 total_ctx) {
  return {.kind = ErrorKind::failure,
          .what = fmt::format("the memory of {} cannot be computed", arch.architecture),
          .why = fmt::format("at {} tokens it exceeds what 64 bits count", total_ctx),
          .hint = "ask for a smaller window: --context 8192"};
}

}  // namespace

Result<Footprint> footprint_of_total(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings) {
  TRY_ASSIGN(const Load load, plan_load(arch, total_ctx, settings));
  Footprint result{.num_ctx = total_ctx / load.sequences,
                   .padded_ctx = load.cells,
                   .parallel = load.sequences,
                   .num_batch = load.batch,
                   .flash_attention = load.flash_attention,
                   .kv_type_k = settings.kv_type_k,
                   .kv_type_v = settings.kv_type_v,
                   .backend = settings.backend};
  if (!arch.known()) {
    fill_totals(arch, load, settings, {}, result);
    return result;
  }
  const CacheBytes cache = cache_bytes(arch, load);
  if (!cache.kv || !cache.window || !cache.indexer || !cache.state) return fail(too_large(arch, total_ctx));
  result.kv_bytes = cache.kv;
  result.kv_swa_bytes = cache.window;
  result.kv_indexer_bytes = cache.indexer;
  result.rs_bytes = cache.state;
  result.caches_exact = !arch.guess && !arch.other_engine;
  result.caches_unknown = arch.other_engine;
  const std::optional<ComputeBytes> compute = compute_bytes(arch, load);
  const std::optional<DraftBytes> draft = draft_bytes(arch, load, total_ctx, settings, compute);
  if (draft) {
    result.draft_bytes = draft->kv;
    result.draft_weights_bytes = draft->weights;
    result.draft_compute_bytes = draft->compute.expected;
  }
  if (compute) {
    result.compute_bytes = compute->expected;
    result.compute_low_bytes = compute->low;
    result.compute_high_bytes = compute->high;
  }
  if (!draft || !fill_totals(arch, load, settings, *draft, result)) return fail(too_large(arch, total_ctx));
  if (is_spread(settings)) spread(arch, load, cards_for(arch, total_ctx, settings), settings, result);
  return result;
}

Result<Footprint> footprint(const ModelArch& arch, Tokens num_ctx, const RuntimeSettings& settings) {
  const std::optional<i64> total = checked_mul(num_ctx, settings.parallel);
  if (!total) return fail(too_large(arch, num_ctx));
  if (settings.draft_tokens > 0 && arch.no_draft_graph && !arch.draft_model) {
    return fail({.kind = ErrorKind::failure,
                 .what = "llama.cpp would not load this",
                 .why = arch.architecture + " has draft blocks, but llama.cpp has no graph for them",
                 .hint = "leave draft_num_predict out"});
  }
  TRY_ASSIGN(Footprint result, footprint_of_total(arch, *total, settings));
  result.num_ctx = num_ctx;
  return result;
}

RuntimeSettings as_ollama_runs(const ModelArch& arch, RuntimeSettings settings) {
  if (arch.one_slot) settings.parallel = 1;
  return settings;
}

RuntimeSettings as_ollama_runs(const DescribedModel& model, RuntimeSettings settings) {
  if (model.arch) settings = as_ollama_runs(*model.arch, std::move(settings));
  LoadOptions options = model.load_options;
  // What was measured was measured with them.
  if (model.calibration) options.num_batch.reset();
  return with_options(options, std::move(settings));
}

RuntimeSettings with_options(const LoadOptions& options, RuntimeSettings settings) {
  constexpr i64 kMostDrafted = 256, kLargestBatch = 1 << 20, kMostLayers = 1 << 20;
  const auto fill = [](std::optional<i64>& into, std::optional<i64> told, i64 least, i64 most) {
    if (!into && told && *told >= least) into = std::min(*told, most);
  };
  fill(settings.gpu_layers, options.num_gpu, 0, kMostLayers);
  fill(settings.num_batch, options.num_batch, 1, kLargestBatch);
  if (settings.draft_tokens == 0)
    settings.draft_tokens = std::clamp<i64>(options.draft_tokens.value_or(0), 0, kMostDrafted);
  return settings;
}

Tokens effective_ctx(const ModelArch& arch, Tokens num_ctx) {
  const Tokens raised = std::max<Tokens>(num_ctx, arch.vision ? 2048 : 4);
  return arch.max_ctx ? std::min(raised, *arch.max_ctx) : raised;
}

std::vector<std::string_view> kv_type_names() {
  std::vector<std::string_view> names;
  for (const KvType& type : kv_types()) names.push_back(type.name);
  return names;
}

}  // namespace ctxcap::memory
