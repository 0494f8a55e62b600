#include <algorithm>

#include "policy/policy.hpp"

namespace ctxcap::policy {

std::optional<CurrentWindow> current_window(const DemandStats& stats, const DescribedModel& model,
                                            std::optional<Tokens> environment_ctx) {
  const auto& asked = stats.num_ctx_asked;
  const auto most = std::max_element(asked.begin(), asked.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != asked.end()) return CurrentWindow{most->first, CurrentFrom::request};
  if (model.arch && model.arch->current_ctx)
    return CurrentWindow{*model.arch->current_ctx, CurrentFrom::model};
  if (environment_ctx) return CurrentWindow{*environment_ctx, CurrentFrom::environment};
  if (model.loaded_ctx) return CurrentWindow{*model.loaded_ctx, CurrentFrom::server_default};
  return std::nullopt;
}

}  // namespace ctxcap::policy
