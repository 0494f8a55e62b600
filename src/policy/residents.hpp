#pragma once
#include <span>
#include <string>
#include <vector>

#include "data/analysis.hpp"
#include "data/budget.hpp"
#include "data/decision.hpp"

namespace ctxcap::policy {

// Several decisions on one model (a window per job) share a runner, so only the largest is ever resident.
std::vector<BaseDecision> residents(std::span<const BaseDecision> decisions);

// What must be resident at once: models, and the card with the tenants that are.
struct Together {
  std::vector<BaseAnalysis> bases;
  Budget budget;
};
// One for each set of the budget; all of them where it has none.
std::vector<Together> sets_of(const std::vector<BaseAnalysis>& bases, const Budget& budget);

// Whether both are in one set of the budget, or it has none.
bool meet(const Budget& budget, std::span<const std::string> names, std::span<const std::string> others);

// Of the set that is worst off. `bases` as check_budget has them.
BudgetReport check_sets(const std::vector<BaseAnalysis>& bases, const Budget& budget);

}  // namespace ctxcap::policy
