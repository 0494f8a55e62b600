#pragma once
// Makes the analysis fit the card, where it can.

#include <functional>
#include <vector>

#include "base/result.hpp"
#include "data/analysis.hpp"
#include "policy/policy.hpp"

namespace ctxcap::policy {

// What a decision is made with.
struct Variation {
  RuntimeSettings settings;
  Options policy;
};

// Decides one base model again, another way.
using Redecide = std::function<Result<BaseAnalysis>(std::size_t base, const Variation& options)>;

// Over budget, native lengths that were only preferred give way to the smallest rung first. What still does
// not fit is reported with priced alternatives. `options`: what `bases` were decided with.
Result<BudgetReport> fit_budget(std::vector<BaseAnalysis>& bases, const Budget& budget,
                                const Variation& options, const Redecide& redecide);

}  // namespace ctxcap::policy
