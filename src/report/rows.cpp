#include "report/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "data/words.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report {
namespace {

std::string text(std::optional<i64> value) {
  return value ? fmt::format("{}", *value) : "";
}

}  // namespace

std::vector<std::vector<std::string>> job_rows(const Analysis& analysis) {
  std::vector<std::vector<std::string>> rows;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      const DemandStats& stats = job.stats;
      const Candidate* taken = taken_candidate(job);
      const Variant* variant = base.variant_of(job);
      rows.push_back({printable(stats.job), printable(stats.model), text(stats.requests),
                      text(stats.total.p50), text(stats.total.p95), text(stats.total.p99),
                      text(stats.total.max), job.current ? text(job.current->num_ctx) : "", text(job.num_ctx),
                      text(job.num_predict), std::string(word(job.action)),
                      std::string(word(stats.required.basis)), text(stats.required.num_ctx),
                      stats.required.supported_risk ? fmt::format("{}", *stats.required.supported_risk) : "",
                      taken != nullptr ? text(cache_bytes(taken->memory)) : "",
                      std::string(word(stats.censoring.verdict)), text(freed_bytes(job)),
                      variant != nullptr ? variant->name : ""});
    }
  }
  return rows;
}

}  // namespace ctxcap::report
