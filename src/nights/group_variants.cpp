// Stage 2: what the configuration wants kept, and what is there of it.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "nights/night.hpp"
#include "nights/served_night.hpp"

namespace ctxcap::nights {
namespace {

GroupNight& group_for(const policy::Wanted& wanted, ServerNight& here) {
  const bool per_job = here.night.options.settings.policy.per_job;
  for (GroupNight& one : here.groups) {
    if (policy::shares_window(one.group, wanted, per_job)) return one;
  }
  here.groups.push_back({.group = {.base = wanted.base}});
  return here.groups.back();
}

Result<policy::Kept> look_at(const policy::Wanted& wanted, const std::vector<InstalledModel>& installed,
                             ServerNight& here) {
  policy::Kept kept{.wanted = wanted};
  state::State& state = here.night.state;
  Result<Standing> place = runtime::place_for(wanted.name, installed, state, here.host());
  if (!place) {
    if (place.error().kind != ErrorKind::usage) return fail(place.error());
    kept.refused = place.error();
    kept.refused->hint = fmt::format("give the [[variant]] another name, or let it be replaced: ollama rm {}",
                                     printable(wanted.name));
    return kept;
  }
  kept.place = *place;
  TRY_ASSIGN(const auto owned, state.variant(here.host(), wanted.name));
  if (owned && place->there && place->there->digest == owned->digest) kept.ours = owned;
  return kept;
}

// As the first variant of a group says.
Result<advise::AnalyzeOptions> options_for(const policy::Wanted& wanted, ServerNight& here) {
  const std::vector<settings::Variant>& variants = here.server.variants;
  const auto named = std::find_if(variants.begin(), variants.end(), [&](const settings::Variant& variant) {
    return variant.name == wanted.name;
  });
  settings::Variant variant = *named;
  variant.policy.template_file.clear();  // each variant has its own: see desired_at()
  return advise::options_of(variant, here.night.options.settings, here.server.ollama, here.night.world);
}

bool is_resumed(const policy::Wanted& wanted, const Night& night) {
  const std::vector<std::string>& resume = night.options.resume;
  return std::any_of(resume.begin(), resume.end(),
                     [&](const std::string& name) { return same_model(name, wanted.name); });
}

// What persons did with these variants, and earlier runs of this night.
Status look_back(policy::Group& group, ServerNight& here) {
  state::State& state = here.night.state;
  const policy::Moment moment = here.night.moment();
  for (policy::Kept& kept : group.variants) {
    for (const Demand& demand : group.demands) {
      if (!kept.wanted.serves(demand.job)) continue;
      TRY_ASSIGN(const std::vector<DecisionRecord> records,
                 state.decisions({.job = demand.job, .model = group.base, .host = here.host()}));
      kept.by_hand = kept.by_hand || policy::changed_by_hand(records);
      if (is_resumed(kept.wanted, here.night)) continue;
      kept.rest = std::max(kept.rest, policy::nights_of_rest(kept.wanted, records, moment));
    }
  }
  for (const policy::Kept& kept : group.variants) {
    TRY_ASSIGN(const auto before, state.previous(here.host(), kept.wanted.name));
    policy::look_back_to_dusk(group, kept, before, moment);
  }
  return {};
}

}  // namespace

std::vector<const policy::Group*> ServerNight::all() const {
  std::vector<const policy::Group*> every;
  for (const GroupNight& one : groups) every.push_back(&one.group);
  return every;
}

std::optional<Bytes> ServerNight::room_for(const policy::Group& group) const {
  return policy::room_for(group, all(), server.card);
}

Status group_variants(ServerNight& here) {
  std::vector<InstalledModel> installed;
  if (!here.server.served) {
    TRY_ASSIGN(installed, here.ollama.installed());
  }
  for (const policy::Wanted& wanted : here.wanted) {
    TRY_ASSIGN(policy::Kept kept,
               here.server.served ? look_at_served(wanted, here) : look_at(wanted, installed, here));
    group_for(wanted, here).group.variants.push_back(std::move(kept));
  }
  TRY_ASSIGN(const std::vector<Demand> demands, demand_of_sources(here.night));
  for (const policy::Wanted& wanted : here.wanted)
    warn_of_unseen(wanted.name, wanted.jobs, demands, here.night);
  for (GroupNight& one : here.groups) {
    policy::Group& group = one.group;
    TRY_ASSIGN(one.options, options_for(group.leader(), here));
    if (here.server.served) show_weights(one, here);
    const std::vector<std::string> names{group.base};
    TRY_ASSIGN(auto models, describe::describe_models(names, one.options.whom_to_ask(), here.night.world,
                                                      here.night.talk));
    one.model = std::move(models[group.base]);
    // A window that does not hold is undone, whatever is known of the model.
    group.known = one.model.arch.has_value() || here.server.served;
    group.weights = one.model.weights;
    policy::add_demand(demands, here.wanted, day_of(here.night.now), group);
    TRY(look_back(group, here));
  }
  return {};
}

}  // namespace ctxcap::nights
