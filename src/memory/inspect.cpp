// What inspect shows of a model.

#include <algorithm>

#include "memory/memory.hpp"

namespace ctxcap::memory {
namespace {

constexpr Tokens kUsualContexts[] = {4'096, 8'192, 16'384, 32'768, 65'536, 131'072, 262'144};

}  // namespace

InspectedContext inspected(const ModelArch& arch, Tokens window, const RuntimeSettings& settings,
                           const std::optional<Calibration>& calibration) {
  InspectedContext context;
  if (const Tokens effective = effective_ctx(arch, window); effective != window)
    context.clamped_to = effective;
  Result<Footprint> memory = footprint(arch, window, settings, calibration);
  if (memory) {
    context.memory = std::move(*memory);
    context.memory.fit = fit_of(arch, settings, context.memory);
    if (context.clamped_to) {
      if (auto runs = footprint(arch, *context.clamped_to, settings, calibration))
        context.runs = std::move(*runs);
      if (context.runs) context.runs->fit = fit_of(arch, settings, *context.runs);
    }
    return context;
  }
  context.refused = memory.error();
  context.memory = {.num_ctx = window,
                    .padded_ctx = round_up(window, 256),
                    .parallel = settings.parallel,
                    .num_batch = settings.num_batch.value_or(0),
                    .flash_attention = settings.flash_attention != FlashAttention::off,
                    .kv_type_k = settings.kv_type_k,
                    .kv_type_v = settings.kv_type_v,
                    .backend = settings.backend};
  return context;
}

std::vector<LayerGroup> groups_of(const std::vector<Layer>& layers) {
  std::vector<LayerGroup> groups;
  for (const Layer& layer : layers) {
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const LayerGroup& group) { return group.layer == layer; });
    if (same == groups.end()) {
      groups.push_back({layer, 1});
    } else {
      ++same->count;
    }
  }
  return groups;
}

std::vector<Tokens> usual_windows(const ModelArch& arch) {
  std::vector<Tokens> windows;
  if (!arch.no_window.empty()) return windows;
  windows.assign(std::begin(kUsualContexts), std::end(kUsualContexts));
  for (const auto& mark : {arch.native_ctx, arch.max_ctx, arch.current_ctx}) {
    if (mark) windows.push_back(*mark);
  }
  std::erase_if(windows, [&](Tokens window) { return arch.max_ctx && window > *arch.max_ctx; });
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

}  // namespace ctxcap::memory
