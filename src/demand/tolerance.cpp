#include "demand/tolerance.hpp"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>

namespace ctxcap::demand {
namespace {

namespace policies = boost::math::policies;
// Failures come back as NaN instead of exceptions; every comparison below treats NaN as "not proven".
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::evaluation_error<policies::ignore_error>>;

// Where the two sides of the bound are equal in exact arithmetic, rounding must not decide.
constexpr double kSlack = 1e-12;

// P(Bin(n, e) <= s) for 0 <= s < n. The complement keeps full precision when e is tiny.
double at_most(i64 s, i64 n, double e) {
  if (s == 0) return std::exp(static_cast<double>(n) * std::log1p(-e));
  return boost::math::ibetac(static_cast<double>(s + 1), static_cast<double>(n - s), e, Quiet());
}

}  // namespace

i64 nearest_rank(i64 n, i64 per_mille) {
  return n / 1000 * per_mille + (n % 1000 * per_mille + 999) / 1000;  // no product of two large numbers
}

std::optional<i64> tolerance_rank(i64 n, double risk, double confidence) {
  const double limit = (1 - confidence) * (1 + kSlack);
  const auto bounds = [&](i64 above) { return at_most(above, n, risk) <= limit; };
  if (n < 1 || !(limit > 0) || !bounds(0)) return std::nullopt;
  i64 good = 0, bad = n;  // values that may lie above the bound; at_most grows with them
  while (bad - good > 1) {
    const i64 middle = good + (bad - good) / 2;
    (bounds(middle) ? good : bad) = middle;
  }
  return n - good;
}

double supported_risk(i64 n, double confidence) {
  if (n < 1) return 1;
  return -std::expm1(std::log1p(-confidence) / static_cast<double>(n));
}

i64 requests_needed(double risk, double confidence) {
  const double estimate = std::log1p(-confidence) / std::log1p(-risk);
  if (!(estimate < 9e15)) return std::numeric_limits<i64>::max();
  i64 n = std::max<i64>(static_cast<i64>(estimate) - 1, 1);
  while (!tolerance_rank(n, risk, confidence)) ++n;  // the rank decides at the boundary
  return n;
}

double share_upper(i64 k, i64 n, double confidence) {
  if (n < 1 || k >= n) return 1;
  if (k == 0) return supported_risk(n, confidence);
  return boost::math::ibeta_inv(static_cast<double>(k + 1), static_cast<double>(n - k), confidence, Quiet());
}

double chance_of_exceedances(i64 k, i64 n, double p) {
  if (k <= 0) return 1;
  return boost::math::ibeta(static_cast<double>(k), static_cast<double>(n - k + 1), p, Quiet());
}

}  // namespace ctxcap::demand
