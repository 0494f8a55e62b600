// What the variants of a group should be, and what is told of what became of them.

#include <fmt/format.h>

#include <algorithm>

#include "policy/night.hpp"

namespace ctxcap::policy {
namespace {

Tokens limit_for(const Group& group, const Kept& kept, Tokens window, Tokens derived) {
  if (kept.wanted.num_predict || kept.wanted.no_limit || !kept.ours || kept.ours->variant.num_ctx != window)
    return derived;
  const Tokens now = kept.ours->variant.num_predict;
  // Answers as long as the limit were cut by it, and how long they would be nobody knows.
  for (const Demand& part : group.under_cap) {
    const DayDemand days = part.pooled();
    if (now > 0 && now == derived && days.generation.count_at(now) > 0) return std::min(2 * now, window);
  }
  return std::max(now, derived);
}

Action action_of(Move move, const Group& group, const JobDecision& job) {
  switch (move) {
    case Move::blocked:
      if (!group.at_dusk) break;  // the first variant is no growth of one
      return Action::grow;
    case Move::grow:
      return Action::grow;
    case Move::shrink:
    case Move::hold:
      return Action::shrink;
    case Move::keep:
      return Action::keep;
    case Move::withheld:
      return Action::withhold;
    case Move::create:
    case Move::wait:
      break;
  }
  return job.action;
}

std::string names_of(const Group& group, const std::string& job) {
  std::string names;
  for (const Kept& kept : group.variants) {
    if (kept.wanted.serves(job)) names += (names.empty() ? "" : ", ") + kept.wanted.name;
  }
  return names;
}

// The window that the record of a night gives as advised; nullopt: none.
std::optional<Tokens> advised(const Group& group) {
  const Move move = group.verdict.move;
  if (move == Move::withheld) return std::nullopt;
  return move == Move::hold || move == Move::blocked ? group.decision->num_ctx : group.verdict.num_ctx;
}

}  // namespace

BaseDecision decision_at(const BaseDecision& decision, const Wanted& serves, Tokens window,
                         const std::string& reason) {
  BaseDecision at = decision;
  at.num_ctx = window;
  std::vector<JobDecision> jobs;
  for (const JobDecision& job : decision.jobs) {
    if (serves.serves(job.stats.job)) jobs.push_back(job);
  }
  if (!jobs.empty()) at.jobs = std::move(jobs);
  const bool moved = decision.num_ctx != window;
  at.num_predict = 0;
  for (JobDecision& job : at.jobs) {
    job.num_ctx = window;
    if (moved) job.reason = reason;
    if (serves.no_limit) job.num_predict.reset();
    for (Candidate& candidate : job.candidates) candidate.taken = candidate.num_ctx == window;
    if (!job.num_predict || !at.num_predict) at.num_predict.reset();
    if (at.num_predict) at.num_predict = std::max(*at.num_predict, *job.num_predict);
  }
  return at;
}

BaseDecision decision_for(const Group& group, const Kept& kept, Tokens window) {
  BaseDecision decision = decision_at(*group.decision, kept.wanted, window, group.verdict.reason);
  decision.num_predict = limit_for(group, kept, window, decision.num_predict.value_or(0));
  return decision;
}

Outcome outcome_of(Move move) {
  switch (move) {
    case Move::hold:
    case Move::wait:
    case Move::blocked:
      return Outcome::waiting;
    case Move::create:
    case Move::grow:
    case Move::shrink:
      return Outcome::applied;
    case Move::keep:
    case Move::withheld:
      break;
  }
  return Outcome::unchanged;
}

Became became(const Error& error) {
  const Outcome outcome = error.kind == ErrorKind::unverified    ? Outcome::undone
                          : error.kind == ErrorKind::unreachable ? Outcome::waiting
                                                                 : Outcome::failed;
  return {outcome, fmt::format("{}: {}", error.what, error.why)};
}

namespace {

// What became of a job whose variants all went another way than the group; nullptr: of none.
const Became::One* other_way(const Group& group, const Became& became, const std::string& job) {
  const Became::One* way = nullptr;
  for (const Kept& kept : group.variants) {
    if (!kept.wanted.serves(job)) continue;
    const auto other = std::find_if(became.others.begin(), became.others.end(),
                                    [&](const Became::One& one) { return one.variant == kept.wanted.name; });
    if (other == became.others.end()) return nullptr;
    way = &*other;
  }
  return way;
}

}  // namespace

bool is_told_again(const Group& group, const Became& became, const DecisionRecord* told) {
  const bool nothing_new = became.outcome == Outcome::unchanged || became.outcome == Outcome::waiting;
  return nothing_new && !group.rests() && !group.verdict.changes() && told != nullptr &&
         told->outcome == Outcome::applied;
}

std::vector<JobNight> records_of(const Group& group, const Became& became, const Moment& moment, i64 run) {
  const Verdict& verdict = group.verdict;
  DecisionRecord record{.at = moment.now,
                        .run = run,
                        .job = std::string(kNoJob),
                        .model = group.base,
                        .from_num_ctx = group.at_dusk,
                        .action = Action::withhold,
                        .reason = became.reason.empty() ? verdict.reason : became.reason,
                        .outcome = became.outcome};
  if (!group.decision) {
    const std::string names = names_of(group, "");
    return {{record, names.empty() ? group.leader().name : names, verdict.move, became.again}};
  }
  std::vector<JobNight> records;
  record.to_num_ctx = advised(group);
  for (const JobDecision& job : group.decision->jobs) {
    record.job = job.stats.job;
    record.from_num_ctx = job.current ? std::optional(job.current->num_ctx) : std::nullopt;
    record.required = job.stats.requests > 0 ? std::optional(job.stats.required.num_ctx) : std::nullopt;
    record.action = action_of(verdict.move, group, job);
    records.push_back({record, names_of(group, job.stats.job), verdict.move, became.again});
    if (const Became::One* other = other_way(group, became, job.stats.job)) {
      records.back().record.outcome = other->outcome;
      records.back().record.reason = other->reason;
    }
  }
  return records;
}

std::optional<Tokens> window_after(const Group& group, std::span<const JobNight> jobs) {
  const bool applied = std::any_of(jobs.begin(), jobs.end(), [&](const JobNight& job) {
    return job.record.model == group.base && job.record.outcome == Outcome::applied;
  });
  return applied && group.verdict.changes() ? group.verdict.num_ctx : group.at_dusk;
}

Trial trial_begun(const Group& group) {
  return {true, Outcome::waiting,
          fmt::format("tried as {} first: {}", group.leader().canary_name(), group.verdict.reason)};
}

Trial judge_trial(const Group& group, const OwnedVariant& canary, const Asked& asked, const Moment& moment) {
  if (asked.cut) {
    return {true, Outcome::undone,
            fmt::format("requests were cut under {}, which no longer exists", canary.variant.name)};
  }
  const bool same_night = moment.night(canary.created) == moment.night();
  if (same_night && asked.requests < group.leader().canary) return trial_begun(group);
  return {};
}

}  // namespace ctxcap::policy
