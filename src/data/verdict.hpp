#pragma once
// Whether what an analysis came to may be acted on. It goes into the plan, and binds who applies it.

#include <string>
#include <vector>

#include "data/analysis.hpp"

namespace ctxcap {

enum class VerdictKind {
  holds,
  advice,       // from too few requests to act on
  withheld,     // requests were cut, or a window is below what they need, or nothing can be advised
  over_budget,  // it does not fit the card
};

struct PlanVerdict {
  VerdictKind kind = VerdictKind::holds;
  std::vector<std::string> reasons;  // a sentence each; empty: it holds
};

PlanVerdict verdict_of(const Analysis& analysis);

// What speaks against acting on the window of a base model, a sentence each.
std::vector<std::string> against(const BaseDecision& decision);

}  // namespace ctxcap
