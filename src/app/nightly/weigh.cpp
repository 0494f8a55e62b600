// Stage 4: tonight's advice against what runs and what earlier nights advised.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "app/nightly/night.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

constexpr i64 kMicrosPerMinute = 60'000'000, kMinutesPerDay = 1440;
constexpr Day kNightsLookedBack = 120;

// The first day from which on no job of the group was cut; see policy::Tonight.
std::optional<Day> clean_since(const Group& group) {
  std::optional<Day> since;
  for (const JobDecision& job : group.analysis->decision.jobs) {
    if (job.stats.censoring.verdict == CensoringVerdict::censored) return std::nullopt;
    if (!job.stats.counted_from && !job.stats.from) return std::nullopt;
    const Day day = job.stats.counted_from ? *job.stats.counted_from : day_of(*job.stats.from);
    since = std::max(since.value_or(day), day);
  }
  return since;
}

Result<std::vector<policy::NightAdvice>> earlier_advice(const Group& group, Night& night) {
  std::vector<policy::NightAdvice> nights;
  const Instant from{night.now.micros - kNightsLookedBack * kMinutesPerDay * kMicrosPerMinute};
  for (const JobDecision& job : group.analysis->decision.jobs) {
    TRY_ASSIGN(const std::vector<DecisionRecord> records,
               night.state.decisions({.job = job.stats.job, .model = group.base, .from = from}));
    for (const DecisionRecord& record : records) {
      const Day of = policy::night_of(record.at, night.local_offset);
      if (record.outcome == Outcome::rolled_back) {  // somebody knows better: nights begin to count anew
        std::erase_if(nights, [&](const policy::NightAdvice& advice) { return advice.night <= of; });
        continue;
      }
      if (record.run == 0) continue;  // by hand: no night advised it
      const auto known = std::find_if(nights.begin(), nights.end(),
                                      [&](const policy::NightAdvice& advice) { return advice.night == of; });
      if (known == nights.end()) {
        nights.push_back({of, record.to_num_ctx});
      } else if (!record.to_num_ctx || (known->num_ctx && *record.to_num_ctx > *known->num_ctx)) {
        known->num_ctx = record.to_num_ctx;
      }
    }
  }
  return nights;
}

Result<policy::Tonight> tonight_of(const Group& group, Night& night) {
  const BaseDecision& decision = group.analysis->decision;
  policy::Tonight tonight{.night = night.night,
                          .local_minute = local_minute(night),
                          .running = group.at_dusk,
                          .advised = decision.num_ctx,
                          .clean_since = clean_since(group),
                          .sources_missing = night.sources_missing,
                          .room = room_for(group, night)};
  tonight.cut = std::any_of(decision.jobs.begin(), decision.jobs.end(), [](const JobDecision& job) {
    return job.stats.censoring.verdict == CensoringVerdict::censored;
  });
  if (night.options.config.card) tonight.card = night.options.config.card->card;
  for (const JobDecision& job : decision.jobs)
    tonight.little_data = tonight.little_data || job.stats.required.basis == Basis::little_data;
  for (const Candidate& candidate : decision.jobs.front().candidates) {
    if (candidate.memory.total_bytes) tonight.bytes[candidate.num_ctx] = *candidate.memory.total_bytes;
  }
  TRY_ASSIGN(tonight.earlier, earlier_advice(group, night));
  return tonight;
}

// A window that somebody wrote down needs no nights to agree.
void obey(const Group& group, policy::HysteresisOptions& options, policy::Tonight& tonight) {
  if (!group.variants.front().wanted->num_ctx) return;
  options.shrink_after_nights = 1;
  options.shrink_after_weeks = 0;
  options.min_saving = std::numeric_limits<Bytes>::min();
  options.min_saving_share = 0;
  tonight.clean_since = tonight.night;
  tonight.sources_missing = false;
}

const KeptVariant& most_rested(const Group& group) {
  return *std::max_element(group.variants.begin(), group.variants.end(),
                           [](const KeptVariant& a, const KeptVariant& b) { return a.rest < b.rest; });
}

// One change of the window in a night: a second load would serve nobody.
bool changed_already(const Group& group, const policy::Verdict& verdict) {
  if (!group.changed_tonight || !verdict.changes()) return false;
  return std::any_of(group.variants.begin(), group.variants.end(), [&](const KeptVariant& kept) {
    return kept.ours && kept.ours->variant.num_ctx != *verdict.num_ctx;
  });
}

}  // namespace

int local_minute(const Night& night) {
  const i64 minutes = night.now.micros / kMicrosPerMinute + night.local_offset;
  return static_cast<int>(((minutes % kMinutesPerDay) + kMinutesPerDay) % kMinutesPerDay);
}

Status weigh(Night& night) {
  for (Group& group : night.groups) {
    if (!group.model.arch) {
      group.verdict = {policy::Move::withheld, group.at_dusk,
                       group.base + " is not known to the server, or cannot be read"};
      continue;
    }
    if (!group.analysis) {
      group.verdict = {policy::Move::withheld, group.at_dusk,
                       night.sources_missing
                           ? "a source could not be read, and the state knows no request of its jobs"
                           : "no request of its jobs was seen"};
      continue;
    }
    policy::HysteresisOptions options = group.variants.front().wanted->policy.hysteresis;
    options.quiet_hours = night.options.config.policy.hysteresis.quiet_hours;
    TRY_ASSIGN(policy::Tonight tonight, tonight_of(group, night));
    obey(group, options, tonight);
    const KeptVariant& resting = most_rested(group);
    tonight.rest = resting.rest;
    group.verdict = policy::weigh(tonight, options);
    const bool waits = !group.at_dusk || group.analysis->decision.num_ctx > group.at_dusk;
    if (resting.rest > 0 && waits && group.verdict.move == policy::Move::hold)
      group.verdict.reason += "; sooner with: ctxcap nightly --resume " + resting.wanted->name;
    if (changed_already(group, group.verdict)) {
      group.verdict.move = policy::Move::wait;
      group.verdict.reason += "; the window was changed tonight already, so this waits for the next night";
    }
  }
  return {};
}

}  // namespace ctxcap::app
