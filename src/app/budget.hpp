#pragma once
// Inside app/: makes the analysis fit the card, where it can.

#include <functional>
#include <vector>

#include "app/options.hpp"
#include "data/analysis.hpp"

namespace ctxcap::app {

// Decides one base model again, with other options.
using Redecide = std::function<Result<BaseAnalysis>(std::size_t base, const AnalyzeOptions& options)>;

// Over budget, native lengths that were only preferred give way to the smallest rung first. What still does
// not fit is reported with priced alternatives.
Result<BudgetReport> fit_budget(std::vector<BaseAnalysis>& bases, const Budget& budget,
                                const AnalyzeOptions& options, const Redecide& redecide);

}  // namespace ctxcap::app
