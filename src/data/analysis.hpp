#pragma once
// The whole of one analysis: what `analyze` prints, what `apply` can read back.

#include <optional>
#include <vector>

#include "data/budget.hpp"
#include "data/decision.hpp"
#include "data/demand.hpp"
#include "data/plan.hpp"

namespace ctxcap {

struct BaseAnalysis {
  BaseDecision decision;
  std::optional<Variant> variant;  // nullopt: nothing to create (withheld)
};

struct Analysis {
  double risk = 0.001;       // asked share of requests that may exceed, 0..1
  double confidence = 0.95;  // 0..1
  RuntimeSettings settings;
  std::vector<InputSummary> inputs;
  std::vector<Skip> skipped;
  std::vector<Skip> remarks;           // rows that were used, with a word that says how
  std::vector<BaseAnalysis> bases;     // ascending by model
  std::optional<BudgetReport> budget;  // nullopt: no card was given
  std::vector<Warning> warnings;       // of all bases, and about the run itself
};

}  // namespace ctxcap
