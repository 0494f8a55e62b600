#include "demand/tail_likelihood.hpp"

#include <cmath>
#include <limits>

namespace ctxcap::demand {

TailLikelihood::TailLikelihood(const Histogram& need, Tokens threshold) {
  for (auto bin = need.bins.rbegin(); bin != need.bins.rend() && bin->tokens > threshold; ++bin) {
    excesses_.push_back({.tokens = static_cast<double>(bin->tokens - threshold) - 0.5,
                         .count = static_cast<double>(bin->count)});
    count_ += static_cast<double>(bin->count);
  }
}

double TailLikelihood::at(double shape, double scale) const {
  if (excesses_.empty()) return 0;
  // The longest is the first to lie outside.
  if (!(inside(excesses_.front(), shape, scale) > 0)) return -std::numeric_limits<double>::infinity();
  const bool exponential = std::abs(shape) < 1e-8;
  const double sum = exponential ? -sum_of_scales(scale) : -(1 + 1 / shape) * sum_of_logs(shape, scale);
  return sum - count_ * std::log(scale);
}

double TailLikelihood::sum_of_scales(double scale) const {
  double sum = 0;
  for (const Excess& excess : excesses_) sum += excess.count * (excess.tokens / scale);
  return sum;
}

// One logarithm for several excesses that come once.
double TailLikelihood::sum_of_logs(double shape, double scale) const {
  constexpr int kFactors = 8;  // at least 1e-16 and no more than 1e30 each, so their product is a number
  double sum = 0, product = 1;
  int factors = 0;
  for (const Excess& excess : excesses_) {
    const double factor = inside(excess, shape, scale);
    if (excess.count != 1 || factor > 1e30) {
      sum += excess.count * std::log(factor);
    } else if (product *= factor; ++factors == kFactors) {
      sum += std::log(product);
      product = 1;
      factors = 0;
    }
  }
  return sum + std::log(product);
}

}  // namespace ctxcap::demand
