#include "app/nightly/canary.hpp"

#include <fmt/format.h>

#include "app/nightly/desire.hpp"
#include "base/units.hpp"
#include "demand/demand.hpp"

namespace ctxcap::app {
namespace {

struct Seen {
  i64 requests = 0;
  bool cut = false;
};

// What the second tag was asked since it was created, and whether its window cut any of that.
Result<Seen> seen_by(const state::OwnedVariant& canary, const Group& group, Night& night) {
  Seen seen;
  TRY_ASSIGN(const std::vector<Demand> demands, demand_of_sources(night, day_of(canary.created)));
  for (const Demand& demand : demands) {
    if (!runtime::same_model(demand.model, canary.variant.name)) continue;
    demand::RiskOptions risk = group.options.risk;
    risk.in_force = canary.variant.num_ctx;
    const DemandStats stats = demand::stats_of(demand, risk);
    seen.requests += stats.requests;
    seen.cut = seen.cut || stats.censoring.verdict == CensoringVerdict::censored ||
               stats.need.count_above(canary.variant.num_ctx) > 0;
  }
  return seen;
}

Result<Trial> begin(const Group& group, const KeptVariant& kept, const std::string& name, Night& night) {
  const Tokens window = *group.verdict.num_ctx;
  TRY_ASSIGN(const std::vector<InstalledModel> installed, night.ollama.installed());
  TRY_ASSIGN(const Place place, place_for(name, installed, night.state, night.ollama.host().url));
  TRY_ASSIGN(const Desire wanted, desire(group, kept, name, window, group.verdict.reason, night));
  const ChangeOptions options{.via = via_of(night),
                              .whole_on_gpu = must_fit_card(night),
                              .run = night.run,
                              .on_step = night.options.on_step};
  const Result<Receipt> receipt =
      change_variant(wanted.variant, place, night.ollama, night.state, options, night.world, night.talk);
  if (receipt)
    return Trial{true, Outcome::waiting, fmt::format("tried as {} first: {}", name, group.verdict.reason)};
  night.troubles.push_back(receipt.error());
  const bool undone = receipt.error().kind == ErrorKind::unverified;
  return Trial{true, undone ? Outcome::undone : Outcome::failed,
               fmt::format("{}: {}", receipt.error().what, receipt.error().why)};
}

Result<Trial> judge(const state::OwnedVariant& canary, i64 enough, const Group& group, Night& night) {
  TRY_ASSIGN(const Seen seen, seen_by(canary, group, night));
  const std::string& name = canary.variant.name;
  if (seen.cut) {
    TRY(remove_variant(name, night.ollama, night.state));
    return Trial{true, Outcome::undone, fmt::format("requests were cut under {}, which is gone", name)};
  }
  const bool same_night = policy::night_of(canary.created, night.local_offset) == night.night;
  if (same_night && seen.requests < enough) {
    return Trial{true, Outcome::waiting, fmt::format("tried as {} first: {}", name, group.verdict.reason)};
  }
  return Trial{};
}

}  // namespace

Result<Trial> try_canary(Group& group, Night& night) {
  // The first variant stands for all: they share weights and window.
  const KeptVariant& kept = group.variants.front();
  const i64 enough = kept.wanted->policy.canary;
  const bool settled = kept.ours && kept.ours->variant.num_ctx == *group.verdict.num_ctx;
  if (enough <= 0 || night.options.dry_run || settled) return Trial{};
  const std::string name = canary_name(kept.wanted->name);
  TRY_ASSIGN(const auto canary, night.state.variant(night.ollama.host().url, name));
  if (!canary || canary->variant.num_ctx != *group.verdict.num_ctx) return begin(group, kept, name, night);
  return judge(*canary, enough, group, night);
}

Status end_canaries(Group& group, Night& night) {
  for (const KeptVariant& kept : group.variants) {
    const std::string name = canary_name(kept.wanted->name);
    TRY_ASSIGN(const auto canary, night.state.variant(night.ollama.host().url, name));
    if (canary) TRY(remove_variant(name, night.ollama, night.state));
  }
  return {};
}

}  // namespace ctxcap::app
