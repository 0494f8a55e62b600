#include "demand/survival.hpp"

namespace ctxcap::demand {

std::vector<SurvivalStep> kaplan_meier(const Histogram& known, const Histogram& at_least) {
  std::vector<SurvivalStep> steps;
  i64 at_risk = known.count() + at_least.count();
  double share = 1;
  auto bound = at_least.bins.begin();
  for (const Bin& need : known.bins) {
    for (; bound != at_least.bins.end() && bound->tokens < need.tokens; ++bound) at_risk -= bound->count;
    share *= 1 - static_cast<double>(need.count) / static_cast<double>(at_risk);
    at_risk -= need.count;
    steps.push_back({need.tokens, share});
  }
  return steps;
}

std::optional<Tokens> level_at(const std::vector<SurvivalStep>& survival, double risk) {
  for (const SurvivalStep& step : survival) {
    if (step.share <= risk) return step.tokens;
  }
  return std::nullopt;
}

}  // namespace ctxcap::demand
