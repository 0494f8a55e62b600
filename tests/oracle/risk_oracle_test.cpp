// Risk, survival and tail against slow, obvious computations.
#include <doctest/doctest.h>

#include <cmath>

#include "demand/demand.hpp"
#include "demand/risk.hpp"
#include "demand/survival.hpp"
#include "demand/tail.hpp"
#include "demand/tail_likelihood.hpp"
#include "demand/tolerance.hpp"
#include "simulation.hpp"

using namespace ctxcap;
using simulation::Random;

TEST_CASE("the chance that none of m requests exceeds is the product of its factors") {
  for (const i64 n : {1, 5, 40, 3'000}) {
    for (const i64 r : {i64{1}, n / 2 + 1, n}) {
      for (const i64 m : {0, 1, 7, 500}) {
        double slow = 1;
        for (i64 i = 0; i < m; ++i) slow *= static_cast<double>(r + i) / static_cast<double>(n + 1 + i);
        CAPTURE(n);
        CAPTURE(r);
        CAPTURE(m);
        CHECK(demand::chance_of_none(r, n, m) == doctest::Approx(slow).epsilon(1e-9));
      }
    }
  }
  CHECK(demand::chance_of_none(10'000, 10'000, 200) == doctest::Approx(0.980).epsilon(0.001));
  CHECK(demand::chance_of_none(10'000, 10'000, 6'000) == doctest::Approx(0.625));
  CHECK(demand::chance_of_none(0, 10, 5) == 0);
}

TEST_CASE(
    "at the upper bound of a share, seeing so few exceedances is as improbable as the confidence says") {
  for (const i64 n : {1, 10, 59, 300}) {
    for (const i64 k : {i64{0}, i64{1}, n / 3}) {
      if (k >= n) continue;
      const long double p = static_cast<long double>(demand::share_upper(k, n, 0.95));
      long double at_most = 0;
      for (i64 s = 0; s <= k; ++s) {
        const auto ln = [](i64 i) { return std::lgamma(static_cast<long double>(i + 1)); };
        at_most += std::exp(ln(n) - ln(s) - ln(n - s) + static_cast<long double>(s) * std::log(p) +
                            static_cast<long double>(n - s) * std::log1p(-p));
      }
      CAPTURE(n);
      CAPTURE(k);
      CHECK(static_cast<double>(at_most) == doctest::Approx(0.05).epsilon(1e-6));
    }
  }
}

namespace {

// Efron's redistribution to the right: each cut request hands its weight to all that lie beyond its bound.
double share_above_by_redistribution(std::vector<std::pair<Tokens, bool>> values, Tokens tokens) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;  // known before cut: cut means more
  });
  std::vector<double> weight(values.size(), 1.0 / static_cast<double>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].second || i + 1 == values.size()) continue;
    const double each = weight[i] / static_cast<double>(values.size() - i - 1);
    for (std::size_t j = i + 1; j < values.size(); ++j) weight[j] += each;
    weight[i] = 0;
  }
  double above = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].first > tokens || (values[i].second && values[i].first >= tokens)) above += weight[i];
  }
  return above;
}

}  // namespace

TEST_CASE("the product-limit estimate equals redistribution to the right") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    std::vector<std::pair<Tokens, bool>> values;
    std::vector<Bin> known, at_least;
    for (i64 i = random.whole(2, 40); i > 0; --i) {
      const Tokens tokens = random.whole(1, 25);
      const bool is_cut = random.share() < 0.3;
      values.emplace_back(tokens, is_cut);
      (is_cut ? at_least : known).push_back({tokens, 1});
    }
    for (const demand::SurvivalStep& step :
         demand::kaplan_meier(make_histogram(known), make_histogram(at_least))) {
      CAPTURE(seed);
      CAPTURE(step.tokens);
      CHECK(step.share == doctest::Approx(share_above_by_redistribution(values, step.tokens)).epsilon(1e-9));
    }
  }
}

TEST_CASE("without cut requests the product-limit estimate is the plain share, and cut ones hide the level") {
  const Histogram known = make_histogram({{10, 50}, {20, 40}, {30, 9}, {40, 1}});
  const auto survival = demand::kaplan_meier(known, {});
  REQUIRE(survival.size() == 4);
  CHECK(survival[1].share == doctest::Approx(0.10));
  CHECK(survival[3].share == doctest::Approx(0).scale(1));
  CHECK(demand::level_at(survival, 0.10 + 1e-12) == 20);
  CHECK(demand::level_at(survival, 0.05) == 30);
  const Histogram cut = make_histogram({{45, 5}});
  CHECK_FALSE(demand::level_at(demand::kaplan_meier(known, cut), 0.01));
}

namespace {

// Requests whose excesses over 1,000 tokens are generalised Pareto; all others lie below.
Histogram pareto_tail(Random& random, i64 n, double shape, double scale) {
  std::vector<Bin> bins;
  for (i64 i = 0; i < n; ++i) {
    const double u = random.share();
    if (u > 0.1) {
      bins.push_back({random.whole(200, 999), 1});
    } else {
      bins.push_back(
          {1'000 + static_cast<Tokens>(scale * std::expm1(-shape * std::log(u / 0.1)) / shape), 1});
    }
  }
  return make_histogram(std::move(bins));
}

}  // namespace

TEST_CASE("no pair of shape and scale on a fine grid is likelier than the fitted tail") {
  for (const double shape : {-0.3, 0.1, 0.4}) {
    Random random(static_cast<std::uint64_t>(100 + shape * 10));
    const Histogram need = pareto_tail(random, 2'000, shape, 800);
    const auto fit = demand::fit_tail(need, 0.001, 0.95);
    REQUIRE(fit);
    const demand::TailLikelihood likelihood(need, fit->threshold);
    const double fitted = likelihood.at(fit->shape, fit->scale);
    double best = -1e300;
    for (double xi = -0.85; xi < 1.5; xi += 0.01) {
      for (double sigma = 200; sigma < 3'000; sigma *= 1.01) {
        best = std::max(best, likelihood.at(xi, sigma));
      }
    }
    CAPTURE(shape);
    CHECK(fitted >= best - 0.01);
    CHECK(fit->level_upper > fit->level);
  }
}

TEST_CASE("the upper limit of the tail level lies above the truth in about as many runs as it says") {
  for (const double shape : {-0.2, 0.2}) {
    i64 held = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Random random(seed * 7 + 1);
      const auto fit = demand::fit_tail(pareto_tail(random, 2'000, shape, 800), 0.001, 0.95);
      REQUIRE(fit);
      const double truth = 1'000 + 800 * std::expm1(-shape * std::log(0.001 / 0.1)) / shape;
      held += fit->level_upper >= truth ? 1 : 0;
    }
    CAPTURE(shape);
    CHECK(held >= 90);
  }
}

TEST_CASE("few requests, or a tail of ties, have no fit") {
  CHECK_FALSE(demand::fit_tail(make_histogram({{100, 499}}), 0.001, 0.95));
  CHECK_FALSE(demand::fit_tail(make_histogram({{100, 2'000}, {900, 100}, {1'000, 100}}), 0.001, 0.95));
}

TEST_CASE("the outlook of a window, by hand") {
  std::vector<simulation::Request> requests;
  for (i64 i = 0; i < 1'000; ++i) requests.push_back({i % 100 == 0 && i >= 500 ? 5'000 : 1'000, 10});
  const DemandStats stats = demand::stats_of(simulation::demand_of(requests, 100), {});
  CHECK(stats.days == 10);
  CHECK(stats.per_day == doctest::Approx(100));
  const Outlook view = demand::outlook(stats, 4'096, 0.95).value();
  CHECK(view.requests_over == 5);
  CHECK(view.requests_30d == doctest::Approx(3'000));
  CHECK(view.expected_cut_30d == doctest::Approx(3'000 * 6.0 / 1'001));
  CHECK(view.share_upper == doctest::Approx(demand::share_upper(5, 1'000, 0.95)));
  CHECK(view.cut_30d_upper == doctest::Approx(3'000 * view.share_upper));
  CHECK(view.day_chance == doctest::Approx(6.0 / 11));
  CHECK(demand::outlook(stats, 8'192, 0.95)->day_chance == doctest::Approx(1.0 / 11));
  CHECK(demand::outlook(stats, 8'192, 0.95)->clean_30d == doctest::Approx(1'000.0 / 4'000));
}

TEST_CASE("bound, expectation and the chance of none are of one law, and do not contradict each other") {
  // 30 requests of one day, none of them above the window: as many to come in 30 days as were seen in all.
  DemandStats stats{.requests = 30, .need = make_histogram({{1'000, 30}}), .per_day = 1, .days = 30};
  const Outlook none = demand::outlook(stats, 2'048, 0.95).value();
  CHECK(none.requests_over == 0);
  CHECK(none.clean_30d == doctest::Approx(0.5));
  CHECK(none.expected_cut_30d == doctest::Approx(30.0 / 31));
  // An expectation of E or less leaves at least 1 - E for none; a chance of none below 1 leaves some.
  for (const i64 n : {1, 30, 1'000, 100'000}) {
    for (const i64 over : {i64{0}, i64{1}, n / 10, n}) {
      std::vector<Bin> bins = {{1'000, n - over}, {9'000, over}};
      stats = {
          .requests = n, .need = make_histogram(bins), .per_day = static_cast<double>(n) / 10, .days = 10};
      const Outlook view = demand::outlook(stats, 2'048, 0.95).value();
      CAPTURE(n);
      CAPTURE(over);
      CHECK(*view.clean_30d >= 1 - *view.expected_cut_30d - 1e-9);
      CHECK((*view.expected_cut_30d > 0) == (*view.clean_30d < 1));
      CHECK(*view.cut_30d_upper >= *view.expected_cut_30d - 1e-9);
    }
  }
}

TEST_CASE("requests that were cut leave nothing to expect: their need is unknown") {
  DemandStats stats{.requests = 30, .need = make_histogram({{1'000, 30}}), .per_day = 1, .days = 30};
  stats.censoring = {.verdict = CensoringVerdict::censored, .num_ctx = 4'096, .rows = 5};
  CHECK_FALSE(demand::outlook(stats, 8'192, 0.95));
}
