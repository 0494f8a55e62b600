#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "policy/choice.hpp"
#include "policy/policy.hpp"
#include "policy/reasons.hpp"
#include "policy/warnings.hpp"

namespace ctxcap::policy {
namespace {

Action action_of(const Choice& choice, const JobInput& job, const std::optional<ModelArch>& arch) {
  if (!choice.num_ctx) return Action::withhold;
  if (choice.why == Why::grow && hides_need(job.stats.censoring)) return Action::grow;
  // Where today's window is unknown it is at most the declared one, and that is what most servers grant.
  const std::optional<Tokens> today = job.current ? std::optional(job.current->num_ctx)
                                      : arch      ? arch->max_ctx
                                                  : std::nullopt;
  if (!today || *choice.num_ctx == *today) return Action::keep;
  return *choice.num_ctx < *today ? Action::shrink : Action::grow;
}

// The job that needs most decides for all.
DemandStats deciding_stats(std::span<const JobInput> jobs) {
  return std::max_element(jobs.begin(), jobs.end(),
                          [](const JobInput& a, const JobInput& b) {
                            return a.stats.required.num_ctx < b.stats.required.num_ctx;
                          })
      ->stats;
}

std::string job_reason(const Choice& choice, const JobInput& job, const DemandStats& deciding) {
  const std::string reason = reason_of(choice, deciding);
  if (job.stats.required.num_ctx == choice.required) return reason;
  return fmt::format("{} on the same weights needs {}, this job {}: {}", printable(deciding.job),
                     with_commas(choice.required), with_commas(job.stats.required.num_ctx), reason);
}

JobDecision decide_job(const Choice& choice, JobInput job, const DemandStats& deciding,
                       const std::optional<ModelArch>& arch, std::span<const Rung> rungs, bool no_limit) {
  JobDecision decision{.current = job.current,
                       .num_ctx = choice.num_ctx,
                       .num_predict = no_limit ? std::nullopt : job.stats.num_predict,
                       .action = action_of(choice, job, arch),
                       .reason = job_reason(choice, job, deciding)};
  const auto taken =
      std::find_if(rungs.begin(), rungs.end(), [&](const Rung& r) { return choice.num_ctx == r.num_ctx; });
  for (const Rung& rung : rungs) {
    const i64 over = job.stats.need.count_above(rung.num_ctx);
    decision.candidates.push_back(
        {.num_ctx = rung.num_ctx,
         .taken = choice.num_ctx == rung.num_ctx,
         .requests_over = need_is_unknown(job.stats) ? std::nullopt : std::optional(over),
         .memory = rung.memory,
         .reason = candidate_reason(choice, rung, over, job, arch,
                                    taken == rungs.end() ? nullptr : &taken->memory)});
  }
  decision.stats = std::move(job.stats);
  return decision;
}

}  // namespace

namespace {

// The largest of its jobs; one job's limit must not cut another's answers.
std::optional<Tokens> limit_of(const std::vector<JobDecision>& jobs) {
  std::optional<Tokens> limit;
  for (const JobDecision& job : jobs) {
    if (!job.num_predict) return std::nullopt;
    limit = std::max(limit, job.num_predict);
  }
  return limit;
}

}  // namespace

BaseDecision decision_of(const BaseDecision& decision, const std::string& from) {
  BaseDecision part = decision;
  part.model = from;
  part.warnings.clear();
  std::erase_if(part.jobs, [&](const JobDecision& job) { return job.from != from; });
  part.num_predict = limit_of(part.jobs);
  return part;
}

BaseDecision decide(std::string model, std::vector<JobInput> jobs, std::optional<ModelArch> arch,
                    std::vector<Rung> rungs, const Options& options) {
  const Choice choice = choose(jobs, arch, rungs, options);
  BaseDecision base{.model = std::move(model),
                    .num_ctx = choice.num_ctx,
                    .explicit_window = choice.why == Why::explicit_window};
  base.warnings = warnings_of(choice, jobs, arch, base.model);
  const DemandStats deciding = deciding_stats(jobs);
  i64 requests = 0;
  for (JobInput& job : jobs) {
    requests += job.stats.requests;
    base.jobs.push_back(decide_job(choice, std::move(job), deciding, arch, rungs, options.no_limit));
  }
  if (base.num_ctx && !base.explicit_window && requests < options.min_requests) {
    base.enough = options.min_requests;
    base.warnings.push_back(
        {"few-requests", fmt::format("{}: only {}, apply needs {}", base.model,
                                     counted(requests, "request"), with_commas(options.min_requests))});
  }
  base.num_predict = limit_of(base.jobs);
  base.arch = std::move(arch);
  return base;
}

}  // namespace ctxcap::policy
