#include "demand/tail.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

#include "demand/tail_likelihood.hpp"

namespace ctxcap::demand {
namespace {

constexpr double kLowShape = -0.9, kHighShape = 3.0;
constexpr i64 kFewestRequests = 500, kFewestExcesses = 50, kMostExcesses = 200;

// The largest value of f on [low, high] by golden sections; f has one peak. 28 of them leave a millionth of
// the range.
template <typename F>
std::pair<double, double> peak_of(double low, double high, const F& f) {
  constexpr double kGolden = 0.6180339887498949;
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
  double at_a = f(a), at_b = f(b);
  for (int step = 0; step < 28; ++step) {
    if (at_a < at_b) {
      low = a;
      a = b;
      at_a = at_b;
      b = low + kGolden * (high - low);
      at_b = f(b);
    } else {
      high = b;
      b = a;
      at_b = at_a;
      a = high - kGolden * (high - low);
      at_a = f(a);
    }
  }
  return at_a > at_b ? std::pair{a, at_a} : std::pair{b, at_b};
}

// ((p / zeta)^-shape - 1) / shape: how many scales above the threshold the level lies.
double reach(double shape, double log_ratio) {
  return std::abs(shape) < 1e-8 ? -log_ratio : std::expm1(-shape * log_ratio) / shape;
}

}  // namespace

std::optional<TailFit> fit_tail(const Histogram& need, double risk, double confidence) {
  const i64 n = need.count();
  if (n < kFewestRequests) return std::nullopt;
  TailFit fit;
  fit.threshold = need.at_rank(n - std::clamp(n / 10, kFewestExcesses, kMostExcesses));
  fit.excesses = need.count_above(fit.threshold);
  const i64 distinct = std::count_if(need.bins.begin(), need.bins.end(),
                                     [&](const Bin& bin) { return bin.tokens > fit.threshold; });
  if (fit.excesses < kFewestExcesses || distinct * 2 < fit.excesses) return std::nullopt;
  const double log_ratio = std::log(risk * static_cast<double>(n) / static_cast<double>(fit.excesses));
  if (!(log_ratio < 0)) return std::nullopt;  // the level lies below the threshold: the data tell it directly

  // The likelihood along the level x: the best shape for each, the scale following from both.
  const double base = static_cast<double>(fit.threshold),
               span = static_cast<double>(need.max() - fit.threshold);
  const TailLikelihood likelihood(need, fit.threshold);
  const auto along = [&](double above) {
    return peak_of(kLowShape, kHighShape,
                   [&](double shape) { return likelihood.at(shape, above / reach(shape, log_ratio)); });
  };
  const auto [log_level, best] =
      peak_of(std::log(span / 50), std::log(span * 1e4), [&](double x) { return along(std::exp(x)).second; });
  fit.level = base + std::exp(log_level);
  fit.shape = along(std::exp(log_level)).first;
  fit.scale = std::exp(log_level) / reach(fit.shape, log_ratio);
  // One-sided limit at g: the two-sided one at 2g - 1.
  const double drop =
      boost::math::quantile(boost::math::chi_squared(1), std::max(2 * confidence - 1, 0.01)) / 2;
  double low = log_level, high = std::log(span * 1e6);
  for (int step = 0; step < 24; ++step) {
    const double middle = (low + high) / 2;
    (best - along(std::exp(middle)).second < drop ? low : high) = middle;
  }
  fit.level_upper = base + std::exp(high);
  return fit;
}

}  // namespace ctxcap::demand
