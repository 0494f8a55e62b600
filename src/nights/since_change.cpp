// What the card's history says of the window that runs.

#include "card/card.hpp"
#include "nights/night.hpp"
#include "survey/survey.hpp"

namespace ctxcap::nights {
namespace {

// When the window of a group was last changed, and from which: as the history of decisions has it.
struct Change {
  Instant at;
  std::optional<Tokens> before;
};

Result<std::optional<Change>> last_change(const policy::Group& group, const ServerNight& here) {
  std::optional<Change> last;
  for (const Demand& job : group.demands) {
    TRY_ASSIGN(const std::vector<DecisionRecord> records,
               here.night.state.decisions({.job = job.job, .model = group.base, .host = here.host()}));
    for (const DecisionRecord& record : records) {
      if (record.outcome != Outcome::applied || record.to_num_ctx != group.at_dusk ||
          record.from_num_ctx == record.to_num_ctx)
        continue;
      if (!last || last->at < record.at) last = Change{record.at, record.from_num_ctx};
    }
  }
  return last;
}

policy::SinceChange seen_since(const Change& change, const CardHistory& history, const Card& card) {
  CardHistory since = history;
  std::erase_if(since.samples, [&](const CardSample& sample) { return sample.at < change.at; });
  std::erase_if(since.ooms, [&](const CardOom& oom) { return oom.at < change.at; });
  since.card.total = card.total;
  since.card.reserved = card.kept;
  const CardUse use = card::use_of(since);
  policy::SinceChange seen{.before = change.before, .tells_ooms = history.tells_ooms};
  for (const TenantUse& tenant : use.tenants) {
    const TenantKind kind = tenant.tenant.kind;
    if (!is_llm(kind) && kind != TenantKind::unattributed && kind != TenantKind::desktop)
      seen.overlaps += tenant.with_llm.times;
  }
  for (const OomUse& oom : use.ooms) seen.ooms.push_back(oom.missing(use.card.usable()));
  return seen;
}

}  // namespace

Status heed_card(ServerNight& here) {
  // Of the server that the card's history is of.
  const settings::Settings& settings = here.night.options.settings;
  if (!here.server.card || !here.server.card->past || here.server.card->cards.empty()) return {};
  for (GroupNight& one : here.groups) {
    policy::Group& group = one.group;
    if (!group.at_dusk || !group.decision || group.changed_tonight || group.verdict.move == Move::grow)
      continue;
    TRY_ASSIGN(const std::optional<Change> change, last_change(group, here));
    if (!change) continue;
    const auto histories = survey::histories_of_cards(settings, {}, change->at, here.night.world);
    if (!histories || histories->empty()) continue;  // find_cards told of it
    policy::heed_card(group, seen_since(*change, histories->front(), here.server.card->cards.front()),
                      here.night.moment(), settings.policy.hysteresis.quiet_hours);
  }
  return {};
}

}  // namespace ctxcap::nights
