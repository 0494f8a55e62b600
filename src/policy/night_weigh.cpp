// Tonight's advice for a group against what runs and what earlier nights advised.

#include <algorithm>
#include <limits>

#include "policy/night.hpp"

namespace ctxcap::policy {
namespace {

// The first day from which on no job of the group was cut; see Tonight.
std::optional<Day> clean_since(const BaseDecision& decision) {
  std::optional<Day> since;
  for (const JobDecision& job : decision.jobs) {
    if (hides_need(job.stats.censoring)) return std::nullopt;
    if (!job.stats.counted_from && !job.stats.from) return std::nullopt;
    const Day day = job.stats.counted_from ? *job.stats.counted_from : day_of(*job.stats.from);
    since = std::max(since.value_or(day), day);
  }
  return since;
}

Tonight tonight_of(const Group& group, const Circumstances& circumstances) {
  const BaseDecision& decision = *group.decision;
  Tonight tonight{.night = circumstances.moment.night(),
                  .local_minute = circumstances.moment.local_minute(),
                  .running = group.at_dusk,
                  .advised = decision.num_ctx,
                  .clean_since = clean_since(decision),
                  .sources_missing = circumstances.sources_missing,
                  .earlier = earlier_advice(circumstances.earlier, circumstances.moment),
                  .card = circumstances.card,
                  .room = circumstances.room};
  tonight.cut = std::any_of(decision.jobs.begin(), decision.jobs.end(),
                            [](const JobDecision& job) { return hides_need(job.stats.censoring); });
  tonight.days = 0;
  for (const JobDecision& job : decision.jobs) tonight.days = std::max(*tonight.days, job.stats.days);
  // Only where today's window is known.
  tonight.relieves = std::all_of(decision.jobs.begin(), decision.jobs.end(), [&](const JobDecision& job) {
    return decision.num_ctx && job.current && *decision.num_ctx <= job.current->num_ctx;
  });
  for (const JobDecision& job : decision.jobs)
    tonight.little_data = tonight.little_data || job.stats.required.basis == Basis::little_data;
  for (const Candidate& candidate : decision.jobs.front().candidates) {
    if (candidate.memory.total_bytes) tonight.bytes[candidate.num_ctx] = *candidate.memory.total_bytes;
  }
  return tonight;
}

// A window that somebody wrote down needs no nights to agree.
void obey(HysteresisOptions& options, Tonight& tonight) {
  options.min_days = 0;
  options.shrink_after_nights = 1;
  options.shrink_after_weeks = 0;
  options.min_saving = std::numeric_limits<Bytes>::min();
  options.min_saving_share = 0;
  tonight.clean_since = tonight.night;
  tonight.sources_missing = false;
}

const Kept& most_rested(const Group& group) {
  return *std::max_element(group.variants.begin(), group.variants.end(),
                           [](const Kept& a, const Kept& b) { return a.rest < b.rest; });
}

// One change of the window in a night: a second load would serve nobody.
bool changed_already(const Group& group, const Verdict& verdict) {
  if (!group.changed_tonight || !verdict.changes()) return false;
  return std::any_of(group.variants.begin(), group.variants.end(), [&](const Kept& kept) {
    return kept.ours && kept.ours->variant.num_ctx != *verdict.num_ctx;
  });
}

}  // namespace

std::vector<NightAdvice> earlier_advice(std::span<const DecisionRecord> records, const Moment& moment) {
  std::vector<NightAdvice> nights;
  for (const DecisionRecord& record : records) {
    const Day of = moment.night(record.at);
    if (record.outcome == Outcome::rolled_back) {  // somebody knows better
      std::erase_if(nights, [&](const NightAdvice& advice) { return advice.night <= of; });
      continue;
    }
    if (record.run == 0) continue;  // by hand: no night advised it
    const auto known = std::find_if(nights.begin(), nights.end(),
                                    [&](const NightAdvice& advice) { return advice.night == of; });
    if (known == nights.end()) {
      nights.push_back({of, record.to_num_ctx});
    } else if (!record.to_num_ctx || (known->num_ctx && *record.to_num_ctx > *known->num_ctx)) {
      known->num_ctx = record.to_num_ctx;
    }
  }
  return nights;
}

Verdict weigh(const Group& group, const Circumstances& circumstances) {
  if (!group.known)
    return {Move::withheld, group.at_dusk, group.base + " is not on the server, or cannot be read"};
  if (!group.decision) {
    return {Move::withheld, group.at_dusk,
            circumstances.sources_missing
                ? "a source could not be read, and no earlier request of its jobs is known"
                : "its jobs sent no request"};
  }
  HysteresisOptions options = group.leader().hysteresis;
  options.quiet_hours = circumstances.quiet_hours;
  Tonight tonight = tonight_of(group, circumstances);
  if (group.leader().num_ctx) obey(options, tonight);
  const Kept& resting = most_rested(group);
  tonight.rest = resting.rest;
  Verdict verdict = weigh(tonight, options);
  const bool waits = !group.at_dusk || group.decision->num_ctx > group.at_dusk;
  if (resting.rest > 0 && waits && verdict.move == Move::hold)
    verdict.reason += "; sooner with: ctxcap nightly --resume " + resting.wanted.name;
  if (changed_already(group, verdict)) {
    verdict.move = Move::wait;
    verdict.reason += "; its window already changed tonight, so this waits for the next night";
  }
  return verdict;
}

}  // namespace ctxcap::policy
