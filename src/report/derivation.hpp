#pragma once
// Inside report/: the mathematics of one decision.

#include <string>

#include "report/report.hpp"

namespace ctxcap::report {

// Every number of it with the formula and the inputs that it follows from, so that it can be reckoned anew.
std::string derivation(const BaseDecision& base, const JobDecision& job);

}  // namespace ctxcap::report
