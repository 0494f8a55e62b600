#include "nights/canary.hpp"

#include "demand/demand.hpp"

namespace ctxcap::nights {
namespace {

// What the second tag was asked since it was created.
Result<policy::Asked> asked_of(const OwnedVariant& canary, const GroupNight& one, const Night& night) {
  policy::Asked asked;
  TRY_ASSIGN(const std::vector<Demand> demands, demand_of_sources(night, day_of(canary.created)));
  for (const Demand& demand : demands) {
    if (!same_model(demand.model, canary.variant.name)) continue;
    const demand::UnderWindow under = demand::under_window(demand, canary.variant.num_ctx, one.options.risk);
    asked.requests += under.requests;
    asked.cut = asked.cut || under.cut;
  }
  return asked;
}

Result<policy::Trial> begin(const GroupNight& one, const std::string& name, ServerNight& here) {
  Night& night = here.night;
  TRY_ASSIGN(const std::vector<InstalledModel> installed, here.ollama.installed());
  TRY_ASSIGN(const Standing place, runtime::place_for(name, installed, night.state, here.host()));
  TRY_ASSIGN(const Variant variant,
             desired_at(one, one.group.variants.front(), name, *one.group.verdict.num_ctx, night));
  const Result<Receipt> receipt =
      apply::change_variant(variant, place, here.ollama, night.state,
                            change_options(here, runtime::Proof::load), night.world, night.talk);
  if (receipt) return policy::trial_begun(one.group);
  here.troubles.push_back(receipt.error());
  const bool undone = receipt.error().kind == ErrorKind::unverified;
  return policy::Trial{true, undone ? Outcome::undone : Outcome::failed,
                       policy::became(receipt.error()).reason};
}

}  // namespace

Result<policy::Trial> try_canary(GroupNight& one, ServerNight& here) {
  // The first variant stands for all: they share weights and window.
  const policy::Group& group = one.group;
  const policy::Kept& kept = group.variants.front();
  const bool settled = kept.ours && kept.ours->variant.num_ctx == *group.verdict.num_ctx;
  if (kept.wanted.canary <= 0 || here.night.options.dry_run || settled) return policy::Trial{};
  const std::string name = kept.wanted.canary_name();
  TRY_ASSIGN(const auto canary, here.night.state.variant(here.host(), name));
  if (!canary || canary->variant.num_ctx != *group.verdict.num_ctx) return begin(one, name, here);
  TRY_ASSIGN(const policy::Asked asked, asked_of(*canary, one, here.night));
  if (asked.cut) TRY(runtime::remove_variant(name, here.ollama, here.night.state));
  return policy::judge_trial(group, *canary, asked, here.night.moment());
}

Status end_canaries(const policy::Group& group, ServerNight& here) {
  for (const policy::Kept& kept : group.variants) {
    const std::string name = kept.wanted.canary_name();
    TRY_ASSIGN(const auto canary, here.night.state.variant(here.host(), name));
    if (canary) TRY(runtime::remove_variant(name, here.ollama, here.night.state));
  }
  return {};
}

}  // namespace ctxcap::nights
