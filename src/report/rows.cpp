#include "report/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "data/words.hpp"

namespace ctxcap::report {
namespace {

std::string text(std::optional<i64> value) {
  return value ? fmt::format("{}", *value) : "";
}

}  // namespace

const Candidate* taken_candidate(const JobDecision& job) {
  const auto found =
      std::find_if(job.candidates.begin(), job.candidates.end(), [](const Candidate& c) { return c.taken; });
  return found == job.candidates.end() ? nullptr : &*found;
}

const Candidate* candidate_at(const JobDecision& job, Tokens num_ctx) {
  const auto found = std::find_if(job.candidates.begin(), job.candidates.end(),
                                  [num_ctx](const Candidate& c) { return c.num_ctx == num_ctx; });
  return found == job.candidates.end() ? nullptr : &*found;
}

std::optional<Bytes> cache_bytes(const Footprint& memory) {
  const std::optional<Bytes> kv = checked_add(memory.kv_bytes, memory.kv_swa_bytes.value_or(0));
  return checked_add(kv, checked_add(memory.kv_indexer_bytes.value_or(0), memory.rs_bytes.value_or(0)));
}

std::vector<std::vector<std::string>> job_rows(const Analysis& analysis) {
  std::vector<std::vector<std::string>> rows;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      const DemandStats& stats = job.stats;
      const Candidate* taken = taken_candidate(job);
      rows.push_back({printable(stats.job), printable(stats.model), text(stats.requests),
                      text(stats.total.p50), text(stats.total.p95), text(stats.total.p99),
                      text(stats.total.max), job.current ? text(job.current->num_ctx) : "", text(job.num_ctx),
                      text(job.num_predict), std::string(word(job.action)),
                      std::string(word(stats.required.basis)), text(stats.required.num_ctx),
                      fmt::format("{}", stats.required.supported_risk),
                      taken != nullptr ? text(cache_bytes(taken->memory)) : "",
                      std::string(word(stats.censoring.verdict))});
    }
  }
  return rows;
}

}  // namespace ctxcap::report
