// Stage 4: tonight's advice against what runs and what earlier nights advised.

#include "nights/night.hpp"

namespace ctxcap::nights {
namespace {

// Of each job of the group in turn.
Result<std::vector<DecisionRecord>> earlier(const policy::Group& group, const ServerNight& here) {
  const Night& night = here.night;
  std::vector<DecisionRecord> all;
  if (!group.decision) return all;
  const Instant from{night.now.micros - policy::kNightsLookedBack * kMicrosPerDay};
  for (const JobDecision& job : group.decision->jobs) {
    TRY_ASSIGN(const std::vector<DecisionRecord> records,
               night.state.decisions(
                   {.job = job.stats.job, .model = group.base, .from = from, .host = here.host()}));
    all.insert(all.end(), records.begin(), records.end());
  }
  return all;
}

}  // namespace

Status weigh(ServerNight& here) {
  const Night& night = here.night;
  const settings::Settings& config = night.options.settings;
  for (GroupNight& one : here.groups) {
    policy::Circumstances circumstances{.moment = night.moment(),
                                        .quiet_hours = config.policy.hysteresis.quiet_hours,
                                        .sources_missing = night.sources_missing,
                                        .room = here.room_for(one.group)};
    if (here.server.card) circumstances.card = here.server.card->card;
    TRY_ASSIGN(circumstances.earlier, earlier(one.group, here));
    one.group.verdict = policy::weigh(one.group, circumstances);
  }
  return {};
}

}  // namespace ctxcap::nights
