// Whose requests count in a night.

#include <algorithm>

#include "data/model_name.hpp"
#include "policy/night.hpp"

namespace ctxcap::policy {
namespace {

void add_to(std::vector<Demand>& jobs, const Demand& demand, const std::string& base) {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Demand& job) { return job.job == demand.job; });
  if (found != jobs.end()) return found->merge(demand);
  jobs.push_back(demand);
  jobs.back().model = base;
  jobs.back().sent.clear();
}

// Days on which the window that runs now served all requests of that name: those after its creation.
std::optional<Demand> part_under_cap(const Demand& demand, const Group& group) {
  for (const Kept& kept : group.variants) {
    const bool its_own = same_model(demand.model, kept.wanted.name) ||
                         (kept.in_place && same_model(demand.model, kept.wanted.base));
    // Of what was found there nobody knows since when.
    if (!kept.ours || kept.ours->created == Instant{} || !its_own) continue;
    Demand part = demand;
    std::erase_if(part.days, [&](const auto& day) { return day.first <= day_of(kept.ours->created); });
    if (!part.days.empty()) return part;
  }
  return std::nullopt;
}

// The days that count; nullopt: none.
std::optional<Demand> recent(const Demand& demand, Day from) {
  const Day last = demand.days.empty() ? from - 1 : demand.days.rbegin()->first;
  if (last < from && last != kUnknownDay) return std::nullopt;
  Demand some = demand;
  std::erase_if(some.days, [&](const auto& day) { return day.first != kUnknownDay && day.first < from; });
  if (some.from) some.from = std::max(*some.from, Instant{from * kMicrosPerDay});
  return some;
}

bool is_of(const std::string& model, const std::string& base, std::span<const Wanted> all) {
  return same_model(model, base) || std::any_of(all.begin(), all.end(), [&](const Wanted& wanted) {
           return same_model(wanted.base, base) &&
                  (same_model(model, wanted.name) || same_model(model, wanted.canary_name()));
         });
}

}  // namespace

void add_demand(std::span<const Demand> demands, std::span<const Wanted> all, Day today, Group& group) {
  for (const Demand& demand : demands) {
    const bool served = std::any_of(group.variants.begin(), group.variants.end(),
                                    [&](const Kept& kept) { return kept.wanted.serves(demand.job); });
    if (!served || !is_of(demand.model, group.base, all)) continue;
    const std::optional<Demand> some = recent(demand, today - group.leader().history_days);
    if (!some) continue;
    add_to(group.demands, *some, group.base);
    if (const auto part = part_under_cap(*some, group)) add_to(group.under_cap, *part, group.base);
  }
  std::sort(group.demands.begin(), group.demands.end(),
            [](const Demand& a, const Demand& b) { return a.job < b.job; });
}

}  // namespace ctxcap::policy
