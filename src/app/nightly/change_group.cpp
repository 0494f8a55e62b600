// Stage 5: what is to be changed is changed. Per group one load proves all, and the first that does not hold
// ends it for tonight.

#include <fmt/format.h>

#include <algorithm>

#include "app/nightly/canary.hpp"
#include "app/nightly/desire.hpp"
#include "base/units.hpp"
#include "policy/policy.hpp"

namespace ctxcap::app {
namespace {

bool quiet_now(const Night& night) {
  const auto& hours = night.options.config.policy.hysteresis.quiet_hours;
  return hours && policy::is_quiet(*hours, local_minute(night));
}

// Of a group; told for all of its jobs.
struct Became {
  Outcome outcome = Outcome::unchanged;
  std::string reason;
};

// A change that did not hold tonight would not hold an hour later: it loads the model for nothing.
Result<std::optional<DecisionRecord>> failed_tonight(const Group& group, Night& night) {
  for (const Demand& job : group.demands) {
    TRY_ASSIGN(auto told, told_tonight(night, job.job, group.base));
    const bool same = told && (told->outcome == Outcome::undone || told->outcome == Outcome::failed);
    if (same && told->to_num_ctx == group.verdict.num_ctx) return told;
  }
  return std::optional<DecisionRecord>{};
}

// `proved`: another variant of the group whose runner was just looked at; nullptr: none.
Status try_variant(const Desire& desire, const KeptVariant& kept, const Variant* proved, Night& night) {
  const bool shared = proved != nullptr && proved->parameters == desire.variant.parameters;
  const runtime::Proof proof = desire.difference == Difference::texts ? runtime::Proof::read_back
                               : shared                               ? runtime::Proof::look
                                                                      : runtime::Proof::load;
  const ChangeOptions options{.via = via_of(night),
                              .proof = proof,
                              .whole_on_gpu = must_fit_card(night),
                              .run = night.run,
                              .on_step = night.options.on_step};
  TRY_ASSIGN(const Receipt receipt, change_variant(desire.variant, kept.place, night.ollama, night.state,
                                                   options, night.world, night.talk));
  for (const std::string& note : receipt.verification.notes)
    night.talk.note(fmt::format("note: {}: {}", receipt.variant, note));
  return {};
}

// A server that went away may be back in an hour: what it did not do waits.
Became became(const Error& error, Night& night) {
  night.troubles.push_back(error);
  const Outcome outcome = error.kind == ErrorKind::unverified    ? Outcome::undone
                          : error.kind == ErrorKind::unreachable ? Outcome::waiting
                                                                 : Outcome::failed;
  return {outcome, fmt::format("{}: {}", error.what, error.why)};
}

// All variants of a group at one window.
Result<Became> bring_to(Group& group, Tokens window, Night& night) {
  Became result;
  std::optional<Variant> proved;
  for (KeptVariant& kept : group.variants) {
    if (kept.rest > 0 && !(kept.ours && group.verdict.changes())) continue;
    if (kept.refused) {
      night.troubles.push_back(*kept.refused);
      result = {Outcome::failed, kept.refused->what};
      continue;
    }
    TRY_ASSIGN(const Desire wanted,
               desire(group, kept, kept.wanted->name, window, group.verdict.reason, night));
    group.desired.push_back(wanted.variant);
    if (wanted.difference == Difference::none) continue;
    if (!wanted.why.empty() && !group.verdict.changes()) result.reason = wanted.why;
    if (quiet_now(night)) {
      result.outcome = Outcome::waiting;
      continue;
    }
    if (night.options.dry_run) {
      result.outcome = Outcome::advised;
      continue;
    }
    if (const Status done = try_variant(wanted, kept, proved ? &*proved : nullptr, night); !done)
      return became(done.error(), night);
    if (wanted.difference == Difference::runner) proved = wanted.variant;
    result.outcome = Outcome::applied;
  }
  return result;
}

Outcome outcome_of(policy::Move move) {
  switch (move) {
    case policy::Move::hold:
    case policy::Move::wait:
    case policy::Move::blocked:
      return Outcome::waiting;
    case policy::Move::create:
    case policy::Move::grow:
    case policy::Move::shrink:
      return Outcome::applied;  // by an earlier run of this night, where nothing is left to do
    case policy::Move::keep:
    case policy::Move::withheld:
      break;
  }
  return Outcome::unchanged;
}

Result<Became> change_one(Group& group, Night& night) {
  Became result{outcome_of(group.verdict.move), {}};
  if (!group.analysis || !group.model.arch) return result;
  TRY_ASSIGN(const auto failed, failed_tonight(group, night));
  if (failed) return Became{failed->outcome, failed->reason};

  if (group.verdict.move == policy::Move::shrink) {
    TRY_ASSIGN(const Trial trial, try_canary(group, night));
    if (trial.holds_back) return Became{trial.outcome, trial.reason};
  }
  const std::optional<Tokens> window = group.verdict.changes() ? group.verdict.num_ctx : group.at_dusk;
  if (window) {
    TRY_ASSIGN(const Became done, bring_to(group, *window, night));
    if (done.outcome != Outcome::unchanged) result.outcome = done.outcome;
    result.reason = done.reason;
  }
  if (!night.options.dry_run) TRY(end_canaries(group, night));
  // What an earlier run of this night did is told again.
  TRY_ASSIGN(const auto told, told_tonight(night, group.demands.front().job, group.base));
  const bool nothing_new = result.outcome == Outcome::unchanged || result.outcome == Outcome::waiting;
  const bool rests = std::any_of(group.variants.begin(), group.variants.end(),
                                 [](const KeptVariant& kept) { return kept.rest > 0; });
  if (nothing_new && !rests && !group.verdict.changes() && told && told->outcome == Outcome::applied)
    return Became{told->outcome, told->reason};
  return result;
}

Action action_of(policy::Move move, const JobDecision& job) {
  switch (move) {
    case policy::Move::grow:
    case policy::Move::blocked:
      return Action::grow;
    case policy::Move::shrink:
    case policy::Move::hold:
      return Action::shrink;
    case policy::Move::keep:
      return Action::keep;
    case policy::Move::withheld:
      return Action::withhold;
    case policy::Move::create:
    case policy::Move::wait:
      break;
  }
  return job.action;
}

std::string names_of(const Group& group, const std::string& job) {
  std::string names;
  for (const KeptVariant& kept : group.variants) {
    if (!serves(*kept.wanted, job)) continue;
    names += (names.empty() ? "" : ", ") + kept.wanted->name;
  }
  return names;
}

void tell(const Group& group, const Became& result, Night& night) {
  const policy::Verdict& verdict = group.verdict;
  const std::string& reason = result.reason.empty() ? verdict.reason : result.reason;
  DecisionRecord record{.at = night.now,
                        .run = night.run,
                        .job = std::string(kNoJob),
                        .model = group.base,
                        .from_num_ctx = group.at_dusk,
                        .action = Action::withhold,
                        .reason = reason,
                        .outcome = result.outcome};
  if (!group.analysis) {
    night.jobs.push_back({record, names_of(group, ""), verdict.move});
    if (night.jobs.back().variants.empty()) night.jobs.back().variants = group.variants.front().wanted->name;
    return;
  }
  for (const JobDecision& job : group.analysis->decision.jobs) {
    record.job = job.stats.job;
    record.from_num_ctx = job.current ? std::optional(job.current->num_ctx) : std::nullopt;
    record.to_num_ctx =
        verdict.move == policy::Move::hold ? group.analysis->decision.num_ctx : verdict.num_ctx;
    if (verdict.move == policy::Move::withheld) record.to_num_ctx.reset();
    if (verdict.move == policy::Move::blocked) record.to_num_ctx = group.analysis->decision.num_ctx;
    if (job.stats.requests > 0) record.required = job.stats.required.num_ctx;
    record.action = action_of(verdict.move, job);
    night.jobs.push_back({record, names_of(group, job.stats.job), verdict.move});
  }
}

}  // namespace

runtime::Via via_of(const Night& night) {
  switch (night.options.config.ollama.via) {
    case settings::Via::cli:
      return runtime::Via::cli;
    case settings::Via::api:
      return runtime::Via::api;
    case settings::Via::automatic:
      break;
  }
  return runtime::Via::automatic;
}

bool must_fit_card(const Night& night) {
  const settings::Settings& config = night.options.config;
  return config.card && config.ollama.settings.backend == "cuda";
}

Status change(Night& night) {
  for (Group& group : night.groups) {
    Result<Became> result = change_one(group, night);
    // One group that cannot be changed is no reason to leave the others.
    if (!result) result = became(result.error(), night);
    tell(group, *result, night);
  }
  return {};
}

}  // namespace ctxcap::app
