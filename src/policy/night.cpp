#include "policy/night.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "data/model_name.hpp"
#include "policy/residents.hpp"

namespace ctxcap::policy {
namespace {

bool names(const std::vector<std::string>& jobs, const std::string& job) {
  return std::find(jobs.begin(), jobs.end(), job) != jobs.end();
}

// The night in which a person took back the latest change of a job; nullopt: that change stands.
std::optional<Day> taken_back(std::span<const DecisionRecord> records, const Moment& moment) {
  const auto latest = std::find_if(records.rbegin(), records.rend(), [](const DecisionRecord& record) {
    return record.outcome == Outcome::applied || record.outcome == Outcome::rolled_back;
  });
  if (latest == records.rend() || latest->outcome == Outcome::applied) return std::nullopt;
  return moment.night(latest->at);
}

}  // namespace

int Moment::local_minute() const {
  const i64 minutes = now.micros / kMicrosPerMinute + local_offset;
  return static_cast<int>(((minutes % kMinutesPerDay) + kMinutesPerDay) % kMinutesPerDay);
}

bool Wanted::serves(const std::string& job) const {
  return jobs.empty() || names(jobs, job);
}

std::string Wanted::canary_name() const {
  return name + (has_tag(name) ? "-canary" : ":canary");
}

const Wanted& Group::judge_of(const std::string& job) const {
  const auto by_name = std::find_if(variants.begin(), variants.end(),
                                    [&](const Kept& kept) { return names(kept.wanted.jobs, job); });
  if (by_name != variants.end()) return by_name->wanted;
  const auto takes_all = std::find_if(variants.begin(), variants.end(),
                                      [](const Kept& kept) { return kept.wanted.jobs.empty(); });
  return takes_all != variants.end() ? takes_all->wanted : leader();
}

bool Group::rests() const {
  return std::any_of(variants.begin(), variants.end(), [](const Kept& kept) { return kept.rest > 0; });
}

bool shares_window(const Group& group, const Wanted& wanted, bool per_job) {
  return !per_job && !wanted.num_ctx && !group.leader().num_ctx && same_model(group.base, wanted.base);
}

bool shares_runner(const Group& a, const Group& b) {
  return same_model(a.base, b.base) || (!a.weights.empty() && a.weights == b.weights);
}

bool go_together(const Group& a, const Group& b, bool per_job) {
  return !per_job && !a.leader().num_ctx && !b.leader().num_ctx && shares_runner(a, b);
}

i64 nights_of_rest(const Wanted& wanted, std::span<const DecisionRecord> records, const Moment& moment) {
  const std::optional<Day> back = taken_back(records, moment);
  if (!back) return 0;
  const i64 nights = wanted.num_ctx ? 1 : wanted.hysteresis.shrink_after_nights;
  return nights - std::max<i64>(0, moment.night() - *back);
}

bool changed_by_hand(std::span<const DecisionRecord> records) {
  const auto latest = std::find_if(records.rbegin(), records.rend(), [](const DecisionRecord& record) {
    return record.outcome == Outcome::applied || record.outcome == Outcome::rolled_back;
  });
  return latest != records.rend() && latest->run == 0;
}

void look_back_to_dusk(Group& group, const Kept& kept, const std::optional<OwnedVariant>& before,
                       const Moment& moment) {
  if (!kept.ours) return;
  Tokens window = kept.ours->variant.num_ctx;
  if (kept.rest <= 0 && !kept.by_hand && moment.night(kept.ours->created) == moment.night()) {
    group.changed_tonight = group.changed_tonight || !before || before->variant.num_ctx != window;
    window = before ? before->variant.num_ctx : 0;
  }
  if (window > 0) group.at_dusk = std::max(group.at_dusk.value_or(0), window);
}

const DecisionRecord* told_tonight(std::span<const DecisionRecord> records, const Moment& moment) {
  const auto told = std::find_if(records.rbegin(), records.rend(), [&](const DecisionRecord& record) {
    return record.run != 0 && moment.night(record.at) == moment.night();  // run 0: by hand
  });
  return told == records.rend() ? nullptr : &*told;
}

std::optional<Bytes> bytes_at(const Group& group, std::optional<Tokens> window) {
  if (!group.decision) return std::nullopt;
  const Candidate* candidate = candidate_at(group.decision->jobs.front(), window);
  return candidate == nullptr ? std::nullopt : candidate->memory.total_bytes;
}

std::optional<Bytes> room_for(const Group& group, std::span<const Group* const> all,
                              const std::optional<Budget>& card) {
  if (!card) return std::nullopt;
  Bytes room = card->limit() - card->reserve;
  const auto names_of = [](const Group& one) {
    std::vector<std::string> names{one.base};
    for (const Kept& kept : one.variants) names.push_back(kept.wanted.name);
    return names;
  };
  const std::vector<std::string> names = names_of(group);
  for (const Tenant& tenant : card->tenants) {
    if (meet(*card, names, std::vector{tenant.name})) room -= tenant.bytes;
  }
  std::map<std::string, Bytes> others;
  for (const Group* other : all) {
    if (shares_runner(*other, group) || !other->decision || !meet(*card, names, names_of(*other))) continue;
    const auto window = other->at_dusk ? other->at_dusk : other->decision->num_ctx;
    if (!window) continue;
    const std::optional<Bytes> bytes = bytes_at(*other, window);
    if (!bytes) return std::nullopt;
    Bytes& taken = others[other->weights.empty() ? other->base : other->weights];
    taken = std::max(taken, *bytes);
  }
  for (const auto& [base, bytes] : others) room -= bytes;
  return room;
}

}  // namespace ctxcap::policy
