#include "nights/served_night.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/service_url.hpp"
#include "plan/plan.hpp"

namespace ctxcap::nights {
namespace {

// One variant's place on its server.
struct Spot {
  const settings::Variant& variant;
  ServedPlace place;
  std::unique_ptr<runtime::FileServer> file;  // nullptr: its window is a flag of its start
};

Result<Spot> spot_of(const std::string& name, ServerNight& here) {
  const auto& variants = here.server.variants;
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const settings::Variant& one) { return one.name == name; });
  Spot spot{.variant = *found, .place = found->place};
  while (spot.place.url.ends_with('/')) spot.place.url.pop_back();
  if (const std::string fault = fault_of_url(spot.place.url); !fault.empty()) {
    return fail(
        {.kind = ErrorKind::usage,
         .what = printable(name, 60) + " cannot be kept by ctxcap nightly",
         .why = spot.place.url.empty() ? "its [[variant]] has no url, so nothing can be verified" : fault,
         .hint = "add url = \"http://127.0.0.1:8080\""});
  }
  const runtime::Runtime& kind = runtime::runtime_of(found->target);
  if (kind.open != nullptr) spot.file = kind.open(here.night.world, spot.place, found->base);
  return spot;
}

// What the server runs with, without a prompt of ours.
Result<ServedVerification> read_back(const Spot& spot, Tokens num_ctx, bool probe, World& world) {
  const ServedPlace& place = spot.place;
  const std::string& own = place.section.empty() ? place.model : place.section;
  return runtime::runtime_of(spot.variant.target)
      .verify(world, {.target = spot.variant.target,
                      .url = place.url,
                      .model = own.empty() ? spot.variant.base : own,
                      .num_ctx = num_ctx,
                      .probe = probe});
}

// That the window was there before we looked: nobody knows since when.
OwnedVariant found_there(const policy::Wanted& wanted, Tokens window, const std::string& says,
                         const std::string& host) {
  return {.host = host,
          .variant = {.name = wanted.name, .base = wanted.base, .num_ctx = window},
          .digest = says,
          .created = {}};
}

Result<ServedNow> now_of(const Spot& spot, World& world) {
  if (spot.file) {
    TRY_ASSIGN(const std::string text, world.files.read_all(spot.file->file()));
    return spot.file->now(text);
  }
  TRY_ASSIGN(const ServedVerification seen, read_back(spot, 1, false, world));
  return ServedNow{seen.num_ctx, std::nullopt, seen.num_ctx ? fmt::format("{}", *seen.num_ctx) : ""};
}

std::string flags_of(const ServedPlan& plan) {
  std::vector<std::string> words;
  for (const auto& [flag, value] : plan.flags)
    words.push_back("--" + flag + (value.empty() ? "" : " " + value));
  return join(words, " ");
}

Variant variant_of(const Spot& spot, const ServedPlan& plan, World& world) {
  return {.name = spot.variant.name,
          .base = spot.variant.base,
          .num_ctx = plan.num_ctx,
          .parameters = runtime::words_of(plan.target, spot.place, world.files.working_directory()),
          .jobs = plan.jobs};
}

// Whether an earlier night rendered what runs now; nothing was recorded of it since.
Result<bool> was_rendered(const policy::Group& group, Tokens window, const ServerNight& here) {
  for (const Demand& job : group.demands) {
    TRY_ASSIGN(const std::vector<DecisionRecord> records,
               here.night.state.decisions({.job = job.job, .model = group.base, .host = here.host()}));
    const auto last = std::find_if(records.rbegin(), records.rend(), [](const DecisionRecord& record) {
      return record.outcome == Outcome::rendered || record.outcome == Outcome::applied;
    });
    if (last != records.rend() && last->outcome == Outcome::rendered && last->to_num_ctx == window)
      return true;
  }
  return false;
}

// What somebody started as it was rendered is read back, and is ours from then on.
Result<policy::Became> heed_start(const Spot& spot, const policy::Kept& kept, const policy::Group& group,
                                  const ServedPlan& plan, ServerNight& here) {
  Night& night = here.night;
  TRY_ASSIGN(const bool rendered, was_rendered(group, plan.num_ctx, here));
  if (!rendered || (kept.ours && kept.ours->created != Instant{}) || night.options.dry_run)
    return policy::Became{};
  const auto seen = read_back(spot, plan.num_ctx, true, night.world);
  if (!seen) return failed(seen.error(), here);
  if (const std::string why = why_not(*seen); !why.empty())
    return policy::Became{Outcome::failed, "it was started with that window, but does not hold: " + why};
  TRY(runtime::record_rendered(night.world, night.state, here.host(), variant_of(spot, plan, night.world),
                               *seen, night.run));
  return policy::Became{Outcome::applied, "it was started as advised, and verified"};
}

Result<policy::Became> edit(const Spot& spot, const ServedPlan& plan, ServerNight& here) {
  Night& night = here.night;
  const auto receipt = runtime::change_served(
      night.world, night.state, *spot.file, here.host(), variant_of(spot, plan, night.world),
      plan.at_once_seen ? std::optional(plan.at_once) : std::nullopt,
      {.run = night.run,
       .patience = std::chrono::seconds(here.server.ollama.wait),
       .say = [&](const std::string& step) {
         night.talk.progress(spot.variant.name, 1, std::nullopt, step);
       }});
  night.talk.clear();
  if (!receipt) return failed(receipt.error(), here);
  for (const std::string& note : receipt->verification.notes)
    night.talk.note(fmt::format("note: {}: {}", printable(receipt->variant, 60), note));
  return policy::Became{Outcome::applied};
}

Result<policy::Became> bring_one(const GroupNight& one, const policy::Kept& kept, Tokens window,
                                 ServerNight& here) {
  const Night& night = here.night;
  TRY_ASSIGN(const Spot spot, spot_of(kept.wanted.name, here));
  const ServedPlan plan =
      advise::plan_of(policy::decision_for(one.group, kept, window), one.model, one.options);
  if (kept.ours && kept.ours->variant.num_ctx == plan.num_ctx)
    return spot.file ? policy::Became{} : heed_start(spot, kept, one.group, plan, here);
  if (!plan.refused.empty()) {
    return failed({.kind = ErrorKind::over_budget,
                   .what = "the server would refuse to start like this",
                   .why = plan.refused,
                   .hint = "ctxcap inspect --target vllm   shows what fits"},
                  here);
  }
  if (!spot.file) {
    if (night.options.dry_run) return policy::Became{Outcome::advised};
    return policy::Became{Outcome::rendered, fmt::format("{}; not applied by ctxcap: restart it with {}",
                                                         one.group.verdict.reason, flags_of(plan))};
  }
  const auto& quiet = night.options.settings.policy.hysteresis.quiet_hours;
  if (quiet && policy::is_quiet(*quiet, night.moment().local_minute()))
    return policy::Became{Outcome::waiting};
  if (night.options.dry_run) return policy::Became{Outcome::advised};
  return edit(spot, plan, here);
}

}  // namespace

Status wake_served(ServerNight& here) {
  Night& night = here.night;
  for (const settings::Variant& variant : here.server.variants) {
    const auto spot = spot_of(variant.name, here);
    if (!spot) continue;  // told where it is looked at
    const auto asked = spot->file ? spot->file->is_loaded().transform([](bool) {})
                                  : read_back(*spot, 1, false, night.world).transform([](const auto&) {});
    if (!asked && asked.error().kind == ErrorKind::unreachable) return fail(asked.error());
    if (!spot->file || night.options.dry_run) continue;
    TRY_ASSIGN(const auto recovered,
               runtime::recover_served(night.world, night.state, *spot->file, here.host(), variant.name,
                                       [&](const std::string& line) { night.talk.note(line); }));
    if (!recovered || !recovered->finished) continue;
    if (night.moment().night(recovered->journal.since) == night.moment().night()) continue;
    for (const DecisionRecord& record :
         policy::records_of_recovered(recovered->journal, recovered->before, ""))
      TRY(night.state.record(record));
  }
  return {};
}

Result<policy::Kept> look_at_served(const policy::Wanted& wanted, ServerNight& here) {
  policy::Kept kept{.wanted = wanted, .in_place = true};
  const auto spot = spot_of(wanted.name, here);
  const auto now = spot ? now_of(*spot, here.night.world) : fail(spot.error());
  if (!now) {
    if (now.error().kind == ErrorKind::unreachable) return fail(now.error());
    kept.refused = now.error();
    return kept;
  }
  kept.place.there = InstalledModel{.name = wanted.name, .digest = now->says};
  TRY_ASSIGN(const auto owned, here.night.state.variant(here.host(), wanted.name));
  kept.place.ours = owned && owned->digest == now->says;
  if (kept.place.ours)
    kept.ours = owned;
  else if (now->num_ctx)
    kept.ours = found_there(wanted, *now->num_ctx, now->says, here.host());
  return kept;
}

void show_weights(GroupNight& one, ServerNight& here) {
  for (const auto& [model, path] : one.options.show) {
    if (model.empty() || same_model(model, one.group.base)) return;
  }
  for (const policy::Kept& kept : one.group.variants) {
    const auto spot = spot_of(kept.wanted.name, here);
    const std::string path = spot && spot->file ? spot->file->weights() : "";
    Night& night = here.night;
    if (path.empty() || night.world.files.kind(path) != PathKind::file) continue;
    if (!describe::description_from_file(path, one.group.base, one.options.settings.build, night.world))
      continue;
    one.options.show.emplace_back(one.group.base, path);
    return;
  }
}

Result<policy::Became> bring_served_to(GroupNight& one, Tokens window, ServerNight& here) {
  const policy::Group& group = one.group;
  policy::Became result;
  for (const policy::Kept& kept : group.variants) {
    if (is_left_alone(kept, group, result, here)) continue;
    TRY_ASSIGN(const policy::Became done, bring_one(one, kept, window, here));
    if (done.outcome == Outcome::unchanged) continue;
    result.outcome = done.outcome;
    result.reason = done.reason;
    if (done.outcome == Outcome::undone || done.outcome == Outcome::failed) return result;  // for tonight
  }
  return result;
}

}  // namespace ctxcap::nights
