#pragma once
// Do the days differ? Requests of one day resemble each other, so days are the unit, and each test asks how
// probable the sign is when days are exchangeable:
//   trend    Mann (1945, Econometrica 13:245) and Kendall on daily 90th percentiles, slope by Theil and Sen
//            (Sen 1968, JASA 63:1379) on their logarithms
//   recent   rank sum (Wilcoxon 1945; Mann & Whitney 1947, Ann. Math. Stat. 18:50) of the newest 3, 7 or 14
//            days' 90th percentiles against the others'
//   weekday  the same of each weekday's against the others'
// Several lengths and weekdays are tried; their chances are multiplied by the number of tries (Bonferroni).

#include <map>
#include <optional>
#include <span>

#include "data/stats.hpp"

namespace ctxcap::demand {

// Chance of Kendall's sum being as large, over orders of the values; ties are allowed. At least 3 values.
double trend_chance(std::span<const double> values);
// Median of the slopes between all pairs.
double median_slope(std::span<const double> values);
// Chance that as many values drawn from all reach the rank sum of `recent`. Neither is empty. Exact
// for 60 values and fewer, by the normal law beyond.
double rank_sum_chance(std::span<const Tokens> recent, std::span<const Tokens> earlier);

// Needs per known day. nullopt: fewer than 8 days of at least 20 requests.
using NeedsByDay = std::map<Day, Histogram>;
std::optional<Drift> drift_of(const NeedsByDay& days);

// The needs that a sign beyond chance (1 in 1,000) says to bound instead of the pooled ones: grown to
// `review_days` after the last day, of the newest days, or of the worst weekday.
struct Raised {
  Raise by = Raise::none;
  Histogram needs;
};
std::vector<Raised> needs_to_bound(const NeedsByDay& days, const Drift& drift, i64 review_days);

}  // namespace ctxcap::demand
