// Stage 3: what each group needs, what every window would cost, which one is taken and why.

#include "demand/demand.hpp"
#include "nights/night.hpp"

namespace ctxcap::nights {
namespace {

Result<policy::JobInput> input_for(const Demand& demand, const GroupNight& one, const ServerNight& here) {
  const policy::Group& group = one.group;
  const policy::Wanted& judge = group.judge_of(demand.job);
  advise::AnalyzeOptions options = one.options;
  options.risk.risk = judge.risk;
  options.risk.confidence = judge.confidence;
  options.risk.num_predict = judge.num_predict;
  if (group.at_dusk) options.risk.windows.push_back(*group.at_dusk);
  policy::JobInput job = advise::job_input(demand, one.model, options);
  if (group.at_dusk) {
    demand::heed_cuts_under(*group.at_dusk, group.under_cap, options.risk, job.stats);
    job.current = CurrentWindow{*group.at_dusk, CurrentFrom::model};
    return job;
  }
  // What was loaded at dusk is no longer loaded in a second run: it says what the first one said.
  const auto told = told_tonight(here, demand.job, group.base);
  if (told && *told && (*told)->from_num_ctx) {
    const Tokens from = *(*told)->from_num_ctx;
    if (!job.current || job.current->num_ctx != from)
      job.current = CurrentWindow{from, CurrentFrom::server_default};
  }
  return job;
}

// What its jobs need, and those of other groups that are to have the same window.
Result<std::vector<policy::JobInput>> inputs_for(const GroupNight& one, const ServerNight& here) {
  std::vector<policy::JobInput> jobs;
  for (const Demand& demand : one.group.demands) {
    TRY_ASSIGN(policy::JobInput job, input_for(demand, one, here));
    jobs.push_back(std::move(job));
  }
  for (const GroupNight& other : here.groups) {
    if (&other == &one ||
        !policy::go_together(one.group, other.group, here.night.options.settings.policy.per_job))
      continue;
    for (const Demand& demand : other.group.demands) {
      TRY_ASSIGN(policy::JobInput job, input_for(demand, other, here));
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

Result<BaseDecision> decide_group(const GroupNight& one, const ServerNight& here, double stretch) {
  const policy::Group& group = one.group;
  TRY_ASSIGN(std::vector<policy::JobInput> jobs, inputs_for(one, here));
  policy::Options policy = one.options.policy;
  policy.native_stretch = stretch;
  policy.no_limit = false;  // each variant has its own: see desired_at()
  TRY_ASSIGN(BaseDecision decision,
             advise::decide_base(group.base, std::move(jobs), one.model, policy, one.options.settings));
  decision.jobs.resize(group.demands.size());
  for (JobDecision& job : decision.jobs) {
    if (!job.num_ctx) continue;
    job.outlook = demand::outlook(job.stats, *job.num_ctx, group.judge_of(job.stats.job).confidence);
  }
  return decision;
}

}  // namespace

Status advise(ServerNight& here) {
  for (GroupNight& one : here.groups) {
    if (one.group.demands.empty()) continue;
    TRY_ASSIGN(one.group.decision, decide_group(one, here, one.options.policy.native_stretch));
  }
  // A native length that is only preferred gives way where the card cannot hold it.
  for (GroupNight& one : here.groups) {
    std::optional<BaseDecision>& decision = one.group.decision;
    if (!decision) continue;
    const std::optional<Bytes> room = here.room_for(one.group);
    const std::optional<Bytes> needed = policy::bytes_at(one.group, decision->num_ctx);
    if (!room || !needed || *needed <= *room) continue;
    TRY_ASSIGN(BaseDecision smaller, decide_group(one, here, 1.0));
    if (smaller.num_ctx < decision->num_ctx) decision = std::move(smaller);
  }
  return {};
}

}  // namespace ctxcap::nights
