#pragma once
// Inside report/: what is told of one job.

#include <string>

#include "data/analysis.hpp"

namespace ctxcap::report::html {

// "4,100 requests, 2026-08-03 to 2026-08-30, counted as their logs have them". `rule`: what was made of them.
std::string seen_in(const DemandStats& stats, std::string_view rule);

// How much its requests needed, with the windows on it. `id`: of this page alone.
std::string needs_figure(const JobDecision& job, const std::string& id);
// Where on it a window lies, in its units.
double place_on_needs(const JobDecision& job, Tokens num_ctx);

// Prompts above, answers below. Empty: no answer was counted.
std::string prompts_figure(const DemandStats& stats, const std::string& id);

// Day by day, and whether the days differ. Empty: no times, or one day.
std::string days_figure(const JobDecision& job, const std::string& id);

// Each window: whom it would cut, what it takes, why it was taken or not.
std::string rungs_table(const BaseDecision& base, const JobDecision& job);

// Whether requests were cut, and by what that is known.
std::string cuts_text(const DemandStats& stats);

// All of it, under a heading of level 3.
std::string job_section(const BaseDecision& base, const JobDecision& job, const std::string& id);

}  // namespace ctxcap::report::html
