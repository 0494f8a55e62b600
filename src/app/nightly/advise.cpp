// Stage 3: what each group needs, what every window would cost, which one is taken and why.

#include <algorithm>

#include "app/nightly/night.hpp"
#include "base/units.hpp"
#include "demand/demand.hpp"

namespace ctxcap::app {
namespace {

// The variant that a job is judged by: the first that names it, else the first that takes all.
const settings::Variant& judge_of(const Group& group, const std::string& job) {
  for (const KeptVariant& kept : group.variants) {
    const std::vector<std::string>& jobs = kept.wanted->jobs;
    if (std::find(jobs.begin(), jobs.end(), job) != jobs.end()) return *kept.wanted;
  }
  for (const KeptVariant& kept : group.variants) {
    if (kept.wanted->jobs.empty()) return *kept.wanted;
  }
  return *group.variants.front().wanted;
}

// A window that cuts today outweighs whatever earlier days say.
void heed_cuts_under_cap(const Group& group, const demand::RiskOptions& risk, DemandStats& stats) {
  for (const Demand& part : group.under_cap) {
    if (part.job != stats.job) continue;
    demand::RiskOptions known = risk;
    known.in_force = group.at_dusk;
    const DemandStats now = demand::stats_of(part, known);
    if (now.censoring.verdict != CensoringVerdict::censored) continue;
    stats.censoring = now.censoring;
    if (now.required.num_ctx > stats.required.num_ctx) stats.required = now.required;
  }
}

policy::JobInput input_for(const Demand& demand, const Group& group, const Night& night) {
  const settings::Variant& variant = judge_of(group, demand.job);
  AnalyzeOptions options = group.options;
  options.risk.risk = variant.policy.risk;
  options.risk.confidence = variant.policy.confidence;
  options.risk.num_predict = limit_of(variant);
  if (group.at_dusk) options.risk.windows.push_back(*group.at_dusk);
  policy::JobInput job = job_input(demand, group.model, options);
  if (group.at_dusk) {
    heed_cuts_under_cap(group, options.risk, job.stats);
    job.current = CurrentWindow{*group.at_dusk, CurrentFrom::model};
  }
  // What was loaded at dusk is no longer loaded in a second run: it says what the first one said.
  const auto told = told_tonight(night, demand.job, group.base);
  if (!group.at_dusk && told && *told && (*told)->from_num_ctx) {
    const Tokens from = *(*told)->from_num_ctx;
    if (!job.current || job.current->num_ctx != from)
      job.current = CurrentWindow{from, CurrentFrom::server_default};
  }
  return job;
}

Result<BaseAnalysis> analyze_group(const Group& group, const Night& night, double stretch) {
  std::vector<policy::JobInput> jobs;
  for (const Demand& demand : group.demands) jobs.push_back(input_for(demand, group, night));
  policy::Options policy = group.options.policy;
  policy.native_stretch = stretch;
  TRY_ASSIGN(std::vector<Rung> rungs,
             price(policy::ladder(jobs, group.model.arch, policy), group.model, group.options.settings));
  BaseAnalysis base{
      .decision = policy::decide(group.base, std::move(jobs), group.model.arch, std::move(rungs), policy)};
  for (JobDecision& job : base.decision.jobs) {
    if (job.num_ctx)
      job.outlook =
          demand::outlook(job.stats, *job.num_ctx, judge_of(group, job.stats.job).policy.confidence);
  }
  return base;
}

}  // namespace

std::optional<Tokens> limit_of(const settings::Variant& variant) {
  for (const auto& [name, value] : variant.parameters) {
    if (name == "num_predict") return parse_integer(value);
  }
  return std::nullopt;
}

std::optional<Bytes> bytes_at(const Group& group, std::optional<Tokens> window) {
  if (!group.analysis) return std::nullopt;
  const Candidate* candidate = candidate_at(group.analysis->decision.jobs.front(), window);
  return candidate == nullptr ? std::nullopt : candidate->memory.total_bytes;
}

std::optional<Bytes> room_for(const Group& group, const Night& night) {
  const std::optional<Budget>& card = night.options.config.card;
  if (!card) return std::nullopt;
  Bytes room = card->card - card->reserve;
  for (const Tenant& tenant : card->tenants) room -= tenant.bytes;
  // Variants of one base share a runner, so of those only the largest is ever resident.
  std::map<std::string, Bytes> others;
  for (const Group& other : night.groups) {
    if (runtime::same_model(other.base, group.base) || !other.analysis) continue;
    const auto window = other.at_dusk ? other.at_dusk : other.analysis->decision.num_ctx;
    if (!window) continue;
    const std::optional<Bytes> bytes = bytes_at(other, window);
    if (!bytes) return std::nullopt;
    others[other.base] = std::max(others[other.base], *bytes);
  }
  for (const auto& [base, bytes] : others) room -= bytes;
  return room;
}

Status advise(Night& night) {
  for (Group& group : night.groups) {
    if (group.demands.empty()) continue;
    TRY_ASSIGN(group.analysis, analyze_group(group, night, group.options.policy.native_stretch));
  }
  // A native length that is only preferred gives way where the card cannot hold it.
  for (Group& group : night.groups) {
    if (!group.analysis) continue;
    const std::optional<Bytes> room = room_for(group, night);
    const std::optional<Bytes> needed = bytes_at(group, group.analysis->decision.num_ctx);
    if (!room || !needed || *needed <= *room) continue;
    TRY_ASSIGN(BaseAnalysis smaller, analyze_group(group, night, 1.0));
    if (smaller.decision.num_ctx < group.analysis->decision.num_ctx) group.analysis = std::move(smaller);
  }
  return {};
}

}  // namespace ctxcap::app
