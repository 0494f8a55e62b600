#pragma once
// Inside report/: the card and what must share it.

#include <string>

#include "report/report.hpp"

namespace ctxcap::report {

std::string budget_text(const BudgetReport& report, const TextOptions& options);

}  // namespace ctxcap::report
