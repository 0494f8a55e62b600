// The tolerance rank against its definition: binomial probabilities summed one by one in long double.
#include "demand/tolerance.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace ctxcap;

namespace {

// P(Bin(n, e) = s) for s = 0..n, each from its logarithm.
std::vector<long double> binomial(i64 n, long double e) {
  std::vector<long double> mass;
  for (i64 s = 0; s <= n; ++s) {
    const auto ln = [](i64 k) { return std::lgamma(static_cast<long double>(k + 1)); };
    const long double log_mass = ln(n) - ln(s) - ln(n - s) + static_cast<long double>(s) * std::log(e) +
                                 static_cast<long double>(n - s) * std::log1p(-e);
    mass.push_back(std::exp(log_mass));
  }
  return mass;
}

// The first rank, counted up from 1, for which at most n - r values above it are improbable enough.
std::optional<i64> slow_rank(const std::vector<long double>& mass, long double confidence) {
  const i64 n = static_cast<i64>(mass.size()) - 1;
  std::optional<i64> rank;
  long double at_most = 0;
  for (i64 above = 0; above < n; ++above) {
    at_most += mass[static_cast<std::size_t>(above)];
    if (at_most > (1 - confidence) * (1 + 1e-12L)) break;
    rank = n - above;
  }
  return rank;
}

}  // namespace

TEST_CASE(
    "the tolerance rank is the smallest whose summed binomial tail is small enough, for every n up to 300") {
  int with_rank = 0, without = 0;
  for (const double risk : {0.3, 0.05, 0.01, 0.005, 0.001}) {
    for (i64 n = 1; n <= 300; ++n) {
      const std::vector<long double> mass = binomial(n, static_cast<long double>(risk));
      for (const double confidence : {0.5, 0.8, 0.9, 0.95, 0.99, 0.999}) {
        CAPTURE(n);
        CAPTURE(risk);
        CAPTURE(confidence);
        const std::optional<i64> want = slow_rank(mass, static_cast<long double>(confidence));
        CHECK(demand::tolerance_rank(n, risk, confidence) == want);
        ++(want ? with_rank : without);
      }
    }
  }
  CHECK(with_rank > 1000);
  CHECK(without > 1000);
}

TEST_CASE("every rank is reached: a confidence just below and just above its own tips the rank") {
  for (const i64 n : {1, 2, 7, 40, 200, 300}) {
    const double risk = 0.1;
    const std::vector<long double> mass = binomial(n, 0.1L);
    long double at_most = 0;
    for (i64 above = 0; above < n; ++above) {
      at_most += mass[static_cast<std::size_t>(above)];
      if (at_most < 1e-6L || at_most > 1 - 1e-6L)
        continue;  // beyond what a confidence in double can tell apart
      CAPTURE(n);
      CAPTURE(above);
      CHECK(demand::tolerance_rank(n, risk, static_cast<double>(1 - at_most - 1e-9L)) == n - above);
      const std::optional<i64> stricter =
          demand::tolerance_rank(n, risk, static_cast<double>(1 - at_most + 1e-9L));
      CHECK(stricter == (above == 0 ? std::nullopt : std::optional<i64>(n - above + 1)));
    }
  }
}
