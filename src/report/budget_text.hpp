#pragma once
// Inside report/: the card and what must share it.

#include <string>

#include "report/report.hpp"

namespace ctxcap::report {

// "fits, 1.66 GiB to spare", "2.40 GiB too much", without a mark.
std::string budget_verdict(const BudgetReport& report);

std::string budget_text(const BudgetReport& report, const TextOptions& options);

}  // namespace ctxcap::report
