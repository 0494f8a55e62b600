#include "demand/tolerance.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace ctxcap;
using demand::nearest_rank;
using demand::requests_needed;
using demand::share_upper;
using demand::supported_risk;
using demand::tolerance_rank;

TEST_CASE("as many values may lie above the bound as the published table says") {
  struct Row {
    i64 n;
    std::optional<i64> above_5pc, above_1pc, above_01pc;
  };
  const Row rows[] = {
      {58, {}, {}, {}},    {59, 0, {}, {}},      {298, 8, {}, {}},
      {299, 8, 0, {}},     {1'000, 38, 4, {}},   {2'994, 129, 20, {}},
      {2'995, 129, 20, 0}, {10'000, 463, 83, 4}, {100'000, 4'886, 948, 83},
  };
  const auto above = [](i64 n, double risk) {
    const std::optional<i64> rank = tolerance_rank(n, risk, 0.95);
    return rank ? std::optional<i64>(n - *rank) : std::nullopt;
  };
  for (const Row& row : rows) {
    CAPTURE(row.n);
    CHECK(above(row.n, 0.05) == row.above_5pc);
    CHECK(above(row.n, 0.01) == row.above_1pc);
    CHECK(above(row.n, 0.001) == row.above_01pc);
  }
}

TEST_CASE("the fewest requests that support a risk") {
  struct Row {
    double risk;
    i64 n;
  };
  for (const Row& row :
       {Row{0.05, 59}, Row{0.01, 299}, Row{0.005, 598}, Row{0.001, 2'995}, Row{0.0001, 29'956}}) {
    CAPTURE(row.risk);
    CHECK(tolerance_rank(row.n, row.risk, 0.95) == row.n);
    CHECK_FALSE(tolerance_rank(row.n - 1, row.risk, 0.95));
    CHECK(requests_needed(row.risk, 0.95) == row.n);
    CHECK(supported_risk(row.n, 0.95) <= row.risk);
    CHECK(supported_risk(row.n - 1, 0.95) > row.risk);
  }
}

TEST_CASE("equality counts as proven: rounding does not decide") {
  CHECK(tolerance_rank(1, 0.5, 0.5) == 1);   // P(Bin(1, 1/2) = 0) = 1/2
  CHECK(tolerance_rank(2, 0.5, 0.75) == 2);  // 1/4
  CHECK(tolerance_rank(3, 0.5, 0.5) == 2);   // P(Bin(3, 1/2) <= 1) = 1/2
  CHECK(tolerance_rank(1, 0.9, 0.9) == 1);   // 1 - 0.9 is not 0.1 in binary
  CHECK(tolerance_rank(1, 0.1, 0.1) == 1);
}

TEST_CASE("large samples and tiny risks stay exact enough to have a rank") {
  // Mean e n, deviation sqrt(e n): the rank lies 1.645 deviations above the mean, up to a rank or two.
  for (const i64 n : {i64{1'000'000}, i64{100'000'000}, i64{1'000'000'000}}) {
    for (const double risk : {0.05, 0.001, 0.0001}) {
      CAPTURE(n);
      CAPTURE(risk);
      const std::optional<i64> rank = tolerance_rank(n, risk, 0.95);
      REQUIRE(rank);
      const double mean = risk * static_cast<double>(n), deviation = std::sqrt(mean * (1 - risk));
      CHECK(std::abs(static_cast<double>(n - *rank) - (mean - 1.6448536 * deviation)) <
            3 + 0.001 * deviation);
    }
  }
  CHECK(tolerance_rank(1'000'000'000, 3e-9, 0.95) == 1'000'000'000);
  CHECK_FALSE(tolerance_rank(1'000'000'000, 2.9e-9, 0.95));
}

TEST_CASE("no requests, or an impossible wish, give no rank") {
  CHECK_FALSE(tolerance_rank(0, 0.001, 0.95));
  CHECK_FALSE(tolerance_rank(1'000'000, 0.0, 0.95));
  CHECK_FALSE(tolerance_rank(1'000'000, 0.001, 1.0));
  CHECK_FALSE(tolerance_rank(1'000'000, std::nan(""), 0.95));
  CHECK(supported_risk(0, 0.95) == 1);
  CHECK(supported_risk(1, 0.95) == doctest::Approx(0.95));
  CHECK(supported_risk(1'000'000'000, 0.95) == doctest::Approx(2.995732e-9));
}

TEST_CASE("nearest ranks are exact") {
  struct Row {
    i64 n, per_mille, rank;
  };
  for (const Row& row : {Row{1, 500, 1}, Row{2, 500, 1}, Row{3, 500, 2}, Row{10, 900, 9}, Row{11, 900, 10},
                         Row{1000, 999, 999}, Row{1001, 999, 1000}, Row{2000, 999, 1998}, Row{100, 990, 99},
                         Row{100, 999, 100}, Row{7, 1000, 7},
                         Row{9'000'000'000'000'000'000, 999, 8'991'000'000'000'000'000}}) {
    CAPTURE(row.n);
    CAPTURE(row.per_mille);
    CHECK(nearest_rank(row.n, row.per_mille) == row.rank);
  }
  for (i64 n = 1; n < 5000; ++n) {
    i64 slow = 1;
    while (slow * 1000 < n * 999) ++slow;
    REQUIRE(nearest_rank(n, 999) == slow);
  }
}

TEST_CASE("the upper bound of an observed share is Clopper and Pearson's, as published") {
  struct Row {
    i64 n;
    double none, one, three;
  };
  for (const Row& row :
       {Row{59, 0.0495, 0.0779, 0.126}, Row{299, 0.00997, 0.0158, 0.0257},
        Row{1'000, 0.00299, 0.00474, 0.00774}, Row{2'995, 0.00100, 0.00158, 0.00259},
        Row{10'000, 0.000300, 0.000474, 0.000775}, Row{100'000, 0.000030, 0.000047, 0.000078}}) {
    CAPTURE(row.n);
    CHECK(share_upper(0, row.n, 0.95) == doctest::Approx(row.none).epsilon(0.01));
    CHECK(share_upper(1, row.n, 0.95) == doctest::Approx(row.one).epsilon(0.01));
    CHECK(share_upper(3, row.n, 0.95) == doctest::Approx(row.three).epsilon(0.01));
  }
  CHECK(share_upper(0, 0, 0.95) == 1);
  CHECK(share_upper(5, 5, 0.95) == 1);
}
