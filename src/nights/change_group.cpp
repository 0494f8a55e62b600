// Stage 5: what is to be changed is changed. Per group one load proves all, and the first that does not hold
// ends it for tonight.

#include <fmt/format.h>

#include "nights/canary.hpp"
#include "nights/served_night.hpp"
#include "plan/plan.hpp"
#include "render/render.hpp"

namespace ctxcap::nights {
namespace {

bool quiet_now(const Night& night) {
  const auto& hours = night.options.settings.policy.hysteresis.quiet_hours;
  return hours && policy::is_quiet(*hours, night.moment().local_minute());
}

// A change that did not hold tonight would not hold an hour later: it loads the model for nothing. Where only
// one of several variants failed, the others are looked at again.
Result<std::optional<policy::Became>> failed_tonight(const policy::Group& group, const ServerNight& here) {
  std::optional<policy::Became> became;
  for (const Demand& job : group.demands) {
    TRY_ASSIGN(const auto told, told_tonight(here, job.job, group.base));
    const bool failed = told && (told->outcome == Outcome::undone || told->outcome == Outcome::failed);
    if (!failed || told->to_num_ctx != group.verdict.num_ctx) return std::optional<policy::Became>{};
    became = {told->outcome, told->reason, {}, true};
  }
  return became;
}

Status try_variant(const Variant& variant, const policy::Kept& kept, runtime::Proof proof,
                   ServerNight& here) {
  Night& night = here.night;
  TRY_ASSIGN(const Receipt receipt,
             apply::change_variant(variant, kept.place, here.ollama, night.state, change_options(here, proof),
                                   night.world, night.talk));
  for (const std::string& note : receipt.verification.notes)
    night.talk.note(fmt::format("note: {}: {}", receipt.variant, note));
  return {};
}

// All variants of a group at one window.
Result<policy::Became> bring_to(GroupNight& one, Tokens window, ServerNight& here) {
  const policy::Group& group = one.group;
  policy::Became result;
  std::optional<Variant> proved;
  for (const policy::Kept& kept : group.variants) {
    if (is_left_alone(kept, group, result, here)) continue;
    const Result<Variant> desired = desired_at(one, kept, kept.wanted.name, window, here.night);
    if (!desired) {  // its texts cannot be used: no reason to leave the others
      const policy::Became why = failed(desired.error(), here);
      result.others.push_back({kept.wanted.name, why.outcome, why.reason});
      continue;
    }
    const Variant& variant = *desired;
    one.desired.push_back(variant);
    const plan::Due due = plan::due(kept.ours, kept.place.there.has_value(), variant, one.model.digest);
    if (due.difference == plan::Difference::none) continue;
    if (!due.why.empty() && !group.verdict.changes()) result.reason = due.why;
    if (quiet_now(here.night)) {
      result.outcome = Outcome::waiting;
      continue;
    }
    if (here.night.options.dry_run) {
      result.outcome = Outcome::advised;
      continue;
    }
    const runtime::Proof proof = due.difference == plan::Difference::texts
                                     ? runtime::Proof::read_back
                                     : runtime::proof_beside(variant, proved ? &*proved : nullptr);
    if (const Status done = try_variant(variant, kept, proof, here); !done) return failed(done.error(), here);
    if (due.difference == plan::Difference::runner) proved = variant;
    result.outcome = Outcome::applied;
  }
  return result;
}

Result<policy::Became> change_one(GroupNight& one, ServerNight& here) {
  const policy::Group& group = one.group;
  const policy::Verdict& verdict = group.verdict;
  policy::Became result{policy::outcome_of(verdict.move), {}};
  if (!group.decision || !group.known) return result;
  TRY_ASSIGN(const auto before, failed_tonight(group, here));
  if (before) return *before;

  if (verdict.move == Move::shrink && !here.server.served) {
    TRY_ASSIGN(const policy::Trial trial, try_canary(one, here));
    if (trial.holds_back) return policy::Became{trial.outcome, trial.reason};
  }
  if (const std::optional<Tokens> window = verdict.changes() ? verdict.num_ctx : group.at_dusk) {
    TRY_ASSIGN(const policy::Became done,
               here.server.served ? bring_served_to(one, *window, here) : bring_to(one, *window, here));
    result.again = done.outcome == Outcome::unchanged && result.outcome == Outcome::applied;
    if (done.outcome != Outcome::unchanged) result.outcome = done.outcome;
    result.reason = done.reason;
    result.others = done.others;
  }
  if (!here.night.options.dry_run && !here.server.served) TRY(end_canaries(group, here));
  TRY_ASSIGN(const auto told, told_tonight(here, group.demands.front().job, group.base));
  if (policy::is_told_again(group, result, told ? &*told : nullptr))
    return policy::Became{told->outcome, told->reason, result.others, true};
  return result;
}

}  // namespace

Result<Variant> desired_at(const GroupNight& one, const policy::Kept& kept, const std::string& name,
                           Tokens window, const Night& night) {
  const policy::Wanted& wanted = kept.wanted;
  advise::AnalyzeOptions options = one.options;
  options.variant.name = name;
  TRY_ASSIGN(options.variant.system, advise::system_text(wanted.system_file, night.world));
  options.variant.parameters = wanted.parameters;
  options.template_text = std::string(render::modelfile_template());
  options.template_origin = "built-in modelfile.mustache";
  if (!wanted.template_file.empty()) {
    TRY_ASSIGN(options.template_text, night.world.files.read_all(wanted.template_file));
    options.template_origin = wanted.template_file;
  }
  if (wanted.num_predict)  // else it is a word of Ollama's, such as -1
    std::erase_if(options.variant.parameters,
                  [](const auto& parameter) { return parameter.first == "num_predict"; });
  TRY_ASSIGN(std::optional<Variant> variant,
             advise::variant_for(policy::decision_for(one.group, kept, window), one.model, options,
                                 advise::Before::is_dropped));  // the configuration says all
  if (!variant) {
    return fail({.kind = ErrorKind::failure,
                 .what = "no variant can be made of " + one.group.base,
                 .why = "it runs in the cloud, or it cannot generate text",
                 .hint = "name a base that is installed on this server and can"});
  }
  if (!wanted.jobs.empty()) variant->jobs = wanted.jobs;
  variant->replaces_digest.reset();  // this run has just looked, and holds the lock
  return std::move(*variant);
}

policy::Became failed(const Error& error, ServerNight& here) {
  here.troubles.push_back(error);
  return policy::became(error);
}

bool is_left_alone(const policy::Kept& kept, const policy::Group& group, policy::Became& result,
                   ServerNight& here) {
  if (kept.rest > 0 && !(kept.ours && group.verdict.changes())) return true;
  if (!kept.refused) return false;
  here.troubles.push_back(*kept.refused);
  result.others.push_back({kept.wanted.name, Outcome::failed, kept.refused->what});
  return true;
}

runtime::ChangeOptions change_options(ServerNight& here, runtime::Proof proof) {
  // A card was given: what does not lie on it wholly does not hold.
  const bool whole = here.server.card && here.server.ollama.settings.backend != "cpu";
  return {.via = here.server.ollama.via,
          .proof = proof,
          .whole_on_gpu = whole,
          .run = here.night.run,
          .disturbance = &here.disturbance,
          .on_step = here.night.options.on_step};
}

Status change(ServerNight& here) {
  for (GroupNight& one : here.groups) {
    Result<policy::Became> result = change_one(one, here);
    // One group that cannot be changed is no reason to leave the others.
    if (!result) result = failed(result.error(), here);
    for (JobNight& job : policy::records_of(one.group, *result, here.night.moment(), here.night.run))
      here.jobs.push_back(std::move(job));
  }
  if (here.server.served) return {};
  for (const std::string& line : here.disturbance.end(here.ollama, here.night.state))
    here.night.talk.note("note: " + line);
  return {};
}

}  // namespace ctxcap::nights
