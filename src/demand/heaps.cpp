#include "demand/heaps.hpp"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace ctxcap::demand {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::evaluation_error<policies::ignore_error>>;

constexpr i64 kFewestRows = 3;
constexpr double kBeyondDoubt = 1e-7;

// Against the neighbours within `reach` tokens; beyond the largest value there is nothing to compare with.
double chance_within(const Histogram& histogram, Tokens value, i64 rows, Tokens reach) {
  const Tokens first = std::max<Tokens>(value - reach, 0);
  const Tokens last = std::min(value + reach, std::max(histogram.max(), value));
  return heap_chance(rows, count_between(histogram, first, last) - rows, last - first);
}

}  // namespace

i64 count_between(const Histogram& histogram, Tokens first, Tokens last) {
  auto bin = std::lower_bound(histogram.bins.begin(), histogram.bins.end(), first,
                              [](const Bin& b, Tokens tokens) { return b.tokens < tokens; });
  i64 rows = 0;
  for (; bin != histogram.bins.end() && bin->tokens <= last; ++bin) rows += bin->count;
  return rows;
}

double heap_chance(i64 rows, i64 around, Tokens neighbours) {
  if (rows < kFewestRows) return 1;
  const double expected = static_cast<double>(around) / static_cast<double>(std::max<Tokens>(neighbours, 1));
  if (static_cast<double>(rows) < expected + 2 * std::sqrt(expected))
    return 1;  // most values: no need to compute
  const double share = 1.0 / static_cast<double>(neighbours + 1);
  // P(Bin(n, p) >= f) = I_p(f, n - f + 1)
  return boost::math::ibeta(static_cast<double>(rows), static_cast<double>(around + 1), share, Quiet());
}

namespace {

// Of a value that so many rows have.
double chance_of(const Histogram& histogram, Tokens value, i64 rows) {
  if (rows < kFewestRows) return 1;
  // Near neighbours alone say little when they are few: their verdict is weighed down.
  const double wide = chance_within(histogram, value, rows, 64),
               near = chance_within(histogram, value, rows, 8);
  return std::max(wide, std::min(1.0, near * near));
}

}  // namespace

double heap_chance(const Histogram& histogram, Tokens value) {
  return chance_of(histogram, value, histogram.count_at(value));
}

std::vector<Heap> heaps_of(const Histogram& histogram) {
  std::vector<Heap> heaps;
  for (const Bin& bin : histogram.bins) {
    if (chance_of(histogram, bin.tokens, bin.count) < kBeyondDoubt) heaps.push_back({bin.tokens, bin.count});
  }
  return heaps;
}

Histogram without_heaps(const Histogram& histogram) {
  Histogram smooth = histogram;
  for (Bin& bin : smooth.bins) {
    if (chance_of(histogram, bin.tokens, bin.count) < kBeyondDoubt) bin.count = 1;
  }
  return smooth;
}

}  // namespace ctxcap::demand
