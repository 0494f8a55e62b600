#pragma once
// Inside report/: the windows that were considered for a base model, and why each was taken or not.

#include <string>

#include "report/report.hpp"

namespace ctxcap::report {

// Shows the cap, what is in use, native, and their neighbours; machine formats hold all of them.
std::string candidates_table(const BaseDecision& decision, const TextOptions& options);

}  // namespace ctxcap::report
