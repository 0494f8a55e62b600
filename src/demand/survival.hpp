#pragma once
// The distribution of needs when some are known only as "at least": the product-limit estimator
// (Kaplan & Meier 1958, JASA 53:457): S(x) = prod over values v <= x of 1 - d_v / n_v, with d_v requests that
// needed v and n_v that needed v or more.

#include <optional>
#include <vector>

#include "data/histogram.hpp"

namespace ctxcap::demand {

struct SurvivalStep {
  Tokens tokens = 0;
  double share = 0;  // of requests that need more than `tokens`
};

// `known`: needs; `at_least`: lower bounds of cut requests. A bound of v counts as more than v. Ascending;
// the last step is where the last known need lies: beyond it nothing is known unless its share is 0.
std::vector<SurvivalStep> kaplan_meier(const Histogram& known, const Histogram& at_least);

// The smallest need that a share of at most `risk` exceeds; nullopt where cut requests hide it.
std::optional<Tokens> level_at(const std::vector<SurvivalStep>& survival, double risk);

}  // namespace ctxcap::demand
