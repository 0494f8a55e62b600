#include "demand/drift.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <iterator>
#include <numeric>

#include "demand/rank_sums.hpp"
#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

constexpr i64 kFewestDays = 8, kFewestInDay = 20;
constexpr i64 kMostDays = 366;          // older days are left out of the tests, not of the bound
constexpr std::size_t kMostExact = 60;  // days whose rank sums are counted out; more are nearly normal
constexpr double kBeyondChance = 0.001;

// Twice the mean rank of each value, 1-based: integers even with ties.
template <typename T>
std::vector<i64> doubled_ranks(std::span<const T> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<i64> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && !(values[order[first]] < values[order[last + 1]])) ++last;
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = static_cast<i64>(first + last) + 2;
    first = last + 1;
  }
  return ranks;
}

int weekday_of(Day day) {
  return static_cast<int>(((day + 3) % 7 + 7) % 7);
}  // 1970-01-01 was a Thursday

Tokens p90(const Histogram& needs) {
  return needs.at_rank(nearest_rank(needs.count(), 900));
}

// Days that hold enough requests to have a 90th percentile.
NeedsByDay usable(const NeedsByDay& days) {
  NeedsByDay result = days;
  std::erase_if(result, [](const auto& day) { return day.second.count() < kFewestInDay; });
  while (static_cast<i64>(result.size()) > kMostDays) result.erase(result.begin());
  return result;
}

// Chance that the days at `chosen` are as high as they are, against all others.
double chance_of_days(const std::vector<Tokens>& highs, const std::vector<bool>& chosen) {
  std::vector<Tokens> in, out;
  for (std::size_t i = 0; i < highs.size(); ++i) (chosen[i] ? in : out).push_back(highs[i]);
  return rank_sum_chance(in, out);
}

// Several lengths are tried; the chance of the best is multiplied by their number (Bonferroni).
void find_recent(const std::vector<Tokens>& highs, Drift& drift) {
  constexpr std::size_t kLengths[] = {3, 7, 14};
  for (const std::size_t length : kLengths) {
    if (length * 2 > highs.size()) continue;
    std::vector<bool> newest(highs.size(), false);
    std::fill(newest.end() - static_cast<std::ptrdiff_t>(length), newest.end(), true);
    const double chance =
        std::min(1.0, chance_of_days(highs, newest) * static_cast<double>(std::size(kLengths)));
    if (chance >= drift.recent_chance) continue;
    drift.recent_chance = chance;
    drift.recent_days = static_cast<i64>(length);
  }
}

void find_weekday(const std::vector<Tokens>& highs, const std::vector<int>& weekdays, Drift& drift) {
  for (int weekday = 0; weekday < 7; ++weekday) {
    std::vector<bool> chosen(weekdays.size());
    std::transform(weekdays.begin(), weekdays.end(), chosen.begin(),
                   [&](int other) { return other == weekday; });
    const std::ptrdiff_t size = std::count(chosen.begin(), chosen.end(), true);
    if (size < 2 || size * 2 > std::ssize(chosen)) continue;
    const double chance = std::min(1.0, chance_of_days(highs, chosen) * 7);
    if (chance >= drift.weekday_chance) continue;
    drift.weekday_chance = chance;
    drift.worst_weekday = weekday;
  }
}

// Of a sum of m ranks (doubled) of all being as large: mean and variance of drawing without replacement.
double normal_chance(const std::vector<i64>& ranks, std::size_t drawn, double seen) {
  const double n = static_cast<double>(ranks.size()), m = static_cast<double>(drawn);
  double mean = 0, spread = 0;
  for (const i64 rank : ranks) mean += static_cast<double>(rank) / n;
  for (const i64 rank : ranks) spread += std::pow(static_cast<double>(rank) - mean, 2);
  const double variance = m * (n - m) / (n * (n - 1)) * spread;
  if (!(variance > 0)) return 1;
  return boost::math::cdf(
      boost::math::complement(boost::math::normal(), (seen - 1 - m * mean) / std::sqrt(variance)));
}

}  // namespace

double trend_chance(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  double sum = 0;
  for (std::size_t j = 1; j < values.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) sum += values[j] > values[i] ? 1 : values[j] < values[i] ? -1 : 0;
  }
  std::map<double, double> ties;
  for (const double value : values) ties[value] += 1;
  double variance = n * (n - 1) * (2 * n + 5);
  for (const auto& [value, t] : ties) variance -= t * (t - 1) * (2 * t + 5);
  if (!(variance > 0)) return 1;
  const double z = (sum - (sum > 0 ? 1 : 0)) / std::sqrt(variance / 18);  // continuity correction
  return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

double median_slope(std::span<const double> values) {
  std::vector<double> slopes;
  for (std::size_t j = 1; j < values.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i)
      slopes.push_back((values[j] - values[i]) / static_cast<double>(j - i));
  }
  if (slopes.empty()) return 0;
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  return *middle;
}

double rank_sum_chance(std::span<const Tokens> recent, std::span<const Tokens> earlier) {
  std::vector<Tokens> all(recent.begin(), recent.end());
  all.insert(all.end(), earlier.begin(), earlier.end());
  const std::vector<i64> ranks = doubled_ranks<Tokens>(all);
  const std::size_t m = recent.size();
  const i64 seen = std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(m), i64{0});
  if (all.size() > kMostExact) return normal_chance(ranks, m, static_cast<double>(seen));
  return chance_of_sum(ranks, m, seen);
}

std::optional<Drift> drift_of(const NeedsByDay& all_days) {
  const NeedsByDay days = usable(all_days);
  const i64 count = static_cast<i64>(days.size());
  if (count < kFewestDays) return std::nullopt;
  std::vector<Tokens> highs;
  std::vector<double> logarithms;
  std::vector<int> weekdays;
  for (const auto& [day, needs] : days) {
    highs.push_back(p90(needs));
    logarithms.push_back(std::log(static_cast<double>(std::max<Tokens>(highs.back(), 1))));
    weekdays.push_back(weekday_of(day));
  }
  Drift drift;
  drift.trend_chance = trend_chance(logarithms);
  drift.growth_per_day = std::expm1(median_slope(logarithms));
  find_recent(highs, drift);
  find_weekday(highs, weekdays, drift);
  return drift;
}

std::vector<Raised> needs_to_bound(const NeedsByDay& days, const Drift& drift, i64 review_days) {
  std::vector<Raised> result;
  const Day last = days.rbegin()->first;
  if (drift.trend_chance < kBeyondChance && drift.growth_per_day > 0) {
    std::vector<Bin> bins;
    for (const auto& [day, needs] : days) {
      const double growth =
          std::pow(1 + std::min(drift.growth_per_day, 0.1), static_cast<double>(last - day + review_days));
      for (const Bin& bin : needs.bins) {
        bins.push_back(
            {static_cast<Tokens>(std::ceil(std::min(static_cast<double>(bin.tokens) * growth, 1e15))),
             bin.count});
      }
    }
    result.push_back({Raise::trend, make_histogram(std::move(bins))});
  }
  if (drift.recent_chance < kBeyondChance) {
    std::vector<Bin> bins;
    i64 left = drift.recent_days;
    for (auto day = days.rbegin(); day != days.rend() && left > 0; ++day, --left) {
      bins.insert(bins.end(), day->second.bins.begin(), day->second.bins.end());
    }
    result.push_back({Raise::recent, make_histogram(std::move(bins))});
  }
  if (drift.weekday_chance < kBeyondChance && drift.worst_weekday) {
    std::vector<Bin> bins;
    for (const auto& [day, needs] : days) {
      if (weekday_of(day) == *drift.worst_weekday)
        bins.insert(bins.end(), needs.bins.begin(), needs.bins.end());
    }
    result.push_back({Raise::weekday, make_histogram(std::move(bins))});
  }
  return result;
}

}  // namespace ctxcap::demand
