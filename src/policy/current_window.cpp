#include <algorithm>

#include "policy/policy.hpp"

namespace ctxcap::policy {

namespace {

// Ollama gives no more than the model declares, whatever is asked for.
CurrentWindow given(Tokens asked, CurrentFrom from, const DescribedModel& model) {
  const std::optional<Tokens> max = model.arch ? model.arch->max_ctx : std::nullopt;
  return {max ? std::min(asked, *max) : asked, from};
}

}  // namespace

std::optional<CurrentWindow> current_window(const DemandStats& stats, const DescribedModel& model,
                                            std::optional<Tokens> environment_ctx) {
  const auto& asked = stats.num_ctx_asked;
  const auto most = std::max_element(asked.begin(), asked.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != asked.end()) return given(most->first, CurrentFrom::request, model);
  const auto& served = stats.windows;
  const auto usual = std::max_element(served.begin(), served.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  if (usual != served.end()) {
    const bool is_models = model.arch && model.arch->current_ctx == usual->first;
    const bool is_environments = environment_ctx == usual->first;
    return CurrentWindow{usual->first, is_models         ? CurrentFrom::model
                                       : is_environments ? CurrentFrom::environment
                                                         : CurrentFrom::server_default};
  }
  if (model.arch && model.arch->current_ctx)
    return given(*model.arch->current_ctx, CurrentFrom::model, model);
  if (environment_ctx) return given(*environment_ctx, CurrentFrom::environment, model);
  if (model.loaded_ctx) return CurrentWindow{*model.loaded_ctx, CurrentFrom::server_default};
  return std::nullopt;
}

}  // namespace ctxcap::policy
