// Day tests against enumeration, and how often they cry wolf.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "demand/demand.hpp"
#include "demand/drift.hpp"
#include "simulation.hpp"

using namespace ctxcap;
using simulation::Random;

namespace {

// Twice the rank sum of values[i] for i in chosen; ties share their mean rank.
double rank_sum(const std::vector<Tokens>& values, const std::vector<bool>& chosen) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!chosen[i]) continue;
    for (const Tokens other : values) sum += other < values[i] ? 1 : other == values[i] ? 0.5 : 0;
  }
  return sum;
}

}  // namespace

TEST_CASE("the chance of a rank sum equals counting every choice of days") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    std::vector<Tokens> values(static_cast<std::size_t>(random.whole(4, 11)));
    for (Tokens& value : values) value = random.whole(1, seed % 2 == 0 ? 5 : 1'000);
    const std::size_t m = static_cast<std::size_t>(random.whole(1, static_cast<i64>(values.size()) - 1));
    std::vector<bool> chosen(values.size(), false);
    std::fill(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(m), true);
    const double seen = rank_sum(values, chosen);
    i64 all = 0, as_high = 0;
    std::sort(chosen.begin(), chosen.end());
    do {
      ++all;
      as_high += rank_sum(values, chosen) >= seen - 1e-9 ? 1 : 0;
    } while (std::next_permutation(chosen.begin(), chosen.end()));
    const std::span<const Tokens> span(values);
    CAPTURE(seed);
    CHECK(demand::rank_sum_chance(span.first(m), span.subspan(m)) ==
          doctest::Approx(static_cast<double>(as_high) / static_cast<double>(all)).epsilon(1e-9));
  }
}

TEST_CASE("beyond sixty days the rank sum's chance goes on where the exact one ends") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    std::vector<Tokens> values(60);
    for (Tokens& value : values) value = random.whole(1, 1'000);
    for (std::size_t i = 0; i < 10; ++i) values[i] += 100 * static_cast<Tokens>(seed % 4);
    const std::span<const Tokens> exact(values);
    const double want = demand::rank_sum_chance(exact.first(10), exact.subspan(10));
    values.push_back(500);  // one more in the middle of the others
    const std::span<const Tokens> more(values);
    CAPTURE(seed);
    CHECK(std::abs(demand::rank_sum_chance(more.first(10), more.subspan(10)) - want) < 0.02);
  }
}

TEST_CASE("the chance of a trend comes close to counting every order of eight days") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Random random(seed);
    std::vector<double> values(8);
    for (double& value : values) value = random.share() + 0.1 * static_cast<double>(&value - values.data());
    const auto kendall = [](const std::vector<double>& v) {
      int sum = 0;
      for (std::size_t j = 1; j < v.size(); ++j) {
        for (std::size_t i = 0; i < j; ++i) sum += v[j] > v[i] ? 1 : -1;
      }
      return sum;
    };
    std::vector<double> order = values;
    std::sort(order.begin(), order.end());
    i64 all = 0, as_high = 0;
    do {
      ++all;
      as_high += kendall(order) >= kendall(values) ? 1 : 0;
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(std::abs(demand::trend_chance(values) - static_cast<double>(as_high) / static_cast<double>(all)) <
          0.03);
  }
}

TEST_CASE("the median slope is that of a line through noise and outliers") {
  std::vector<double> values;
  for (int day = 0; day < 30; ++day) values.push_back(5 + 0.02 * day + (day % 7 == 0 ? 3 : 0));
  CHECK(demand::median_slope(values) == doctest::Approx(0.02).epsilon(0.05));
}

namespace {

// growth per day; every Monday longer by `peak`; the last `late` days longer by `step`.
Demand job(std::uint64_t seed, i64 days, double growth, double peak, i64 late, double step) {
  Random random(seed);
  std::vector<simulation::Request> requests;
  Demand demand;
  for (Day day = 0; day < days; ++day) {
    requests.clear();
    const double factor = std::pow(1 + growth, static_cast<double>(day)) * (day % 7 == 4 ? peak : 1) *
                          (day >= days - late ? step : 1);
    for (i64 i = 0; i < 150; ++i)
      requests.push_back({static_cast<Tokens>(factor * random.lognormal(1'500, 0.4)), 50});
    demand.days[day] = simulation::day_of(requests);
  }
  return demand;
}

}  // namespace

TEST_CASE("alike days raise the window in few runs; growth, a step and a weekly peak are met in nearly all") {
  struct Row {
    std::string name;
    double growth, peak;
    i64 late;
    double step;
    double coming;  // factor of the days that the window has to serve
  };
  for (const Row& row : {Row{"alike", 0, 1, 0, 1, 1}, Row{"growing", 0.01, 1, 0, 1, std::pow(1.01, 45)},
                         Row{"step", 0, 1, 8, 1.6, 1.6}, Row{"mondays", 0, 1.6, 0, 1, 1.6}}) {
    i64 raised = 0, held = 0;
    const double needed =
        row.coming * 1'500 * std::exp(0.4 * 2.326) + 50;  // exceeded by 1 % of those days' requests
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      const Demand demand = job(seed, 42, row.growth, row.peak, row.late, row.step);
      const DemandStats stats = demand::stats_of(demand, {.risk = 0.01});
      REQUIRE(stats.drift);
      raised += stats.required.raised != Raise::none ? 1 : 0;
      held += static_cast<double>(stats.required.num_ctx) >= needed ? 1 : 0;
      if (row.name == "mondays") CHECK(stats.drift->worst_weekday == 0);
      if (stats.required.raised == Raise::none)
        CHECK(stats.required.num_ctx == stats.need.at_rank(*stats.required.rank));
    }
    CAPTURE(row.name);
    CAPTURE(raised);
    CHECK(held >= 45);
    if (row.name == "alike") {
      CHECK(raised <= 5);
    } else {
      CHECK(raised >= 47);
    }
  }
}

TEST_CASE("few days, or days of few requests, are not tested") {
  CHECK_FALSE(demand::stats_of(job(1, 7, 0, 1, 0, 1), {}).drift);
  demand::NeedsByDay days;
  for (Day day = 0; day < 30; ++day) days[day] = make_histogram({{1'000 + day, 5}});
  CHECK_FALSE(demand::drift_of(days));
}
