#pragma once
// Inside report/: sections of the page of an analysis, in the order in which they are read. Empty: nothing to
// say.

#include <string>

#include "data/analysis.hpp"

namespace ctxcap::report::html {

// Per base model what to do, what it frees and what it risks.
std::string verdicts(const Analysis& analysis);
// A row for each job.
std::string jobs_section(const Analysis& analysis);
std::string budget_section(const Analysis& analysis);
// Settings to turn, of one base model; `id`: of this page alone.
std::string what_if_section(const Analysis& analysis, const WhatIf& table, const std::string& id);
// What was read, what was not counted, and warnings.
std::string sources_section(const Analysis& analysis);

}  // namespace ctxcap::report::html
