#include "data/verdict.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap {
namespace {

void add(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::string against(const JobDecision& job) {
  const DemandStats& stats = job.stats;
  const std::string name = printable(stats.job, 60);
  if (!job.num_ctx || job.action == Action::withhold) return name + ": " + job.reason;
  if (hides_need(stats.censoring)) {
    return fmt::format("{}: a window of {} cut {}, so their real need is unknown", name,
                       with_commas(stats.censoring.num_ctx.value_or(0)),
                       counted(stats.censoring.rows, "request"));
  }
  if (*job.num_ctx < stats.required.num_ctx) {
    return fmt::format("{}: its requests need {}, the window has {}", name,
                       with_commas(stats.required.num_ctx), with_commas(*job.num_ctx));
  }
  return {};
}

// What speaks against the window itself.
std::vector<std::string> against_window(const BaseDecision& decision) {
  std::vector<std::string> reasons;
  if (decision.missing)
    reasons.push_back(printable(decision.model, 60) +
                      ": it is not installed on its server, so no variant can be made");
  for (const JobDecision& job : decision.jobs) {
    if (std::string reason = against(job); !reason.empty()) reasons.push_back(std::move(reason));
  }
  return reasons;
}

// What makes it mere advice.
std::vector<std::string> too_few(const BaseDecision& decision) {
  if (!decision.enough) return {};
  i64 requests = 0;
  for (const JobDecision& job : decision.jobs) requests += job.stats.requests;
  return {fmt::format("{}: only {}, apply needs {}", printable(decision.model, 60),
                      counted(requests, "request"), with_commas(*decision.enough))};
}

}  // namespace

std::vector<std::string> against(const BaseDecision& decision) {
  std::vector<std::string> reasons = against_window(decision);
  add(reasons, too_few(decision));
  return reasons;
}

PlanVerdict verdict_of(const Analysis& analysis) {
  PlanVerdict verdict;
  if (analysis.bases.empty()) verdict.reasons.emplace_back("no request was used");
  for (const BaseAnalysis& base : analysis.bases) add(verdict.reasons, against_window(base.decision));
  if (!verdict.reasons.empty()) verdict.kind = VerdictKind::withheld;
  for (const BaseAnalysis& base : analysis.bases) add(verdict.reasons, too_few(base.decision));
  if (verdict.kind == VerdictKind::holds && !verdict.reasons.empty()) verdict.kind = VerdictKind::advice;
  if (!analysis.bases.empty() && analysis.budget && analysis.budget->fits == false) {
    verdict.kind = VerdictKind::over_budget;
    verdict.reasons.insert(verdict.reasons.begin(),
                           "with everything else on the card it needs more memory than there is");
  } else if (!analysis.bases.empty() && analysis.budget && analysis.budget->evicts_for_ever()) {
    verdict.kind = VerdictKind::over_budget;
    verdict.reasons.insert(verdict.reasons.begin(),
                           "at every switch Ollama would evict something that must stay loaded");
  }
  return verdict;
}

}  // namespace ctxcap
