#include "demand/edges.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "demand/heaps.hpp"

namespace ctxcap::demand {
namespace {

constexpr std::size_t kTails[] = {8, 12, 16, 24, 36, 54, 80};  // requests above u
constexpr double kPileShares[] = {1.0 / 128, 1.0 / 64, 1.0 / 32, 1.0 / 16,
                                  1.0 / 8,   0.2,      0.3};  // of the window
constexpr double kOddlyFar = 5;                               // nats: a gap as wide has a chance below e^-5
constexpr std::size_t kTouching = 12;                         // requests that a pile holds at least
constexpr i64 kMostTies = 200;                                // of one value; more say no more
constexpr double kKolmogorov = 1.63;                          // critical value of sqrt(n) D at 1 %
constexpr double kPileGain = 4;  // nats: less is the play of chance in an even spread

// The values above u as shares of the way to the window, descending.
struct Tail {
  std::vector<double> x;
  double mean = 0;          // in 0..1, exclusive
  double gap = 0;           // between the largest value and the window
  double window_share = 0;  // the window in units of c - u
  double rows() const { return static_cast<double>(x.size()); }
  double open() const { return -std::log(mean) - 1; }  // mean log-likelihood at b = mean
};

// Mean of the walled model: 1/t - 1/(exp(t) - 1); falls from 1 to 0 as t grows.
double walled_mean(double t) {
  if (std::abs(t) < 1e-4) return 0.5 - t / 12;
  return 1 / t - 1 / std::expm1(t);
}

// The t whose walled model has this mean: the maximum-likelihood estimate.
double walled_rate(double mean) {
  double low = -1e4, high = 1e4;
  for (int step = 0; step < 60; ++step) {
    const double t = (low + high) / 2;
    (walled_mean(t) > mean ? low : high) = t;
  }
  return (low + high) / 2;
}

// log(t / (1 - exp(-t))), written so that neither sign overflows.
double log_scale(double t) {
  if (std::abs(t) < 1e-6) return t / 2;
  return t > 0 ? std::log(t) - std::log1p(-std::exp(-t)) : std::log(-t) + t - std::log1p(-std::exp(t));
}

double walled_gain(const Tail& tail) {
  const double t = walled_rate(tail.mean);
  const double density_at_wall = std::exp(log_scale(t) - t);
  if (density_at_wall * tail.gap * tail.rows() > kOddlyFar) return 0;
  return tail.rows() * (log_scale(t) - t * tail.mean - tail.open());
}

// Every scale b and pile width of a grid; the likelihood is smooth, so a coarse grid loses little.
double overflow_gain(const Tail& tail) {
  double best = 0;
  for (const double share : kPileShares) {
    const double width = share * tail.window_share;
    if (width > 0.95) break;
    for (double b = 0.03; b < 8; b *= 1.3) {
      const double beyond = std::exp(-1 / b), piled = beyond / width;
      if ((beyond / b + piled) * tail.gap * tail.rows() > kOddlyFar) continue;
      double log_likelihood = 0;
      for (const double x : tail.x)
        log_likelihood += std::log(std::exp(-x / b) / b + (x >= 1 - width ? piled : 0));
      best = std::max(best, log_likelihood - tail.rows() * tail.open());
    }
  }
  return best;
}

// A count v stands for the span from v to v + 1; u itself is not in the tail.
Tail tail_above(const std::vector<Tokens>& descending, std::size_t rows, Tokens num_ctx) {
  const double begin = static_cast<double>(descending[rows] + 1);
  const double width = static_cast<double>(num_ctx) - begin;
  Tail tail;
  for (std::size_t i = 0; i < rows; ++i)
    tail.x.push_back((static_cast<double>(descending[i]) + 0.5 - begin) / width);
  for (const double x : tail.x) tail.mean += x / static_cast<double>(rows);
  tail.mean = std::clamp(tail.mean, 1e-3, 1 - 1e-3);
  tail.gap = static_cast<double>(num_ctx - 1 - descending.front()) / width;
  tail.window_share = static_cast<double>(num_ctx) / width;
  return tail;
}

}  // namespace

Wall wall_at(const Histogram& histogram, Tokens num_ctx) {
  Wall wall;
  if (histogram.max() < num_ctx / 10 * 7) return wall;
  std::vector<Tokens> descending;
  std::size_t before_last = 0;
  for (auto bin = histogram.bins.rbegin();
       bin != histogram.bins.rend() && before_last <= *std::rbegin(kTails); ++bin) {
    before_last = descending.size();
    descending.insert(descending.end(), static_cast<std::size_t>(std::min(bin->count, kMostTies)),
                      bin->tokens);
  }
  for (std::size_t rows : kTails) {
    while (rows < descending.size() && descending[rows] == descending[rows - 1])
      ++rows;  // ties stay together
    if (rows >= descending.size() || static_cast<i64>(rows) > histogram.count() / 3) break;
    const Tail tail = tail_above(descending, rows, num_ctx);
    if (rows <= kTouching) wall.distance = -tail.rows() * std::log1p(-std::min(tail.gap, 1 - 1e-9));
    wall.walled = std::max(wall.walled, walled_gain(tail));
    wall.overflow = std::max(wall.overflow, overflow_gain(tail));
  }
  return wall;
}

namespace {

// sqrt(n) x the largest distance of the requests above `begin` from an even spread between it and the
// maximum.
double kolmogorov(const Histogram& histogram, Tokens begin, double rows) {
  const double width = static_cast<double>(histogram.max() - begin);
  double seen = 0, distance = 0;
  for (const Bin& bin : histogram.bins) {
    if (bin.tokens <= begin) continue;
    const double even = static_cast<double>(bin.tokens - begin) / width;
    distance = std::max(distance, std::abs(even - seen / rows));
    seen += static_cast<double>(bin.count);
    distance = std::max(distance, std::abs(even - seen / rows));
  }
  return distance * std::sqrt(rows);
}

}  // namespace

Pile pile_below(const Histogram& histogram, Tokens num_ctx) {
  const i64 n = histogram.count();
  const Tokens begin = std::max(num_ctx / 2, histogram.at_rank(std::max<i64>(n / 2, 1)));
  const double span = static_cast<double>(num_ctx - begin);
  const double all = static_cast<double>(count_between(histogram, begin + 1, num_ctx));
  const Tokens low = histogram.at_rank(std::max<i64>(n / 10, 1));
  const double most = static_cast<double>(histogram.count_above(low));
  Pile pile{.start = begin, .gain = 0, .even = most >= 8 && kolmogorov(histogram, low, most) < kKolmogorov};
  for (double width = span * 0.8; width >= 8; width *= 0.8) {
    const Tokens start = num_ctx - static_cast<Tokens>(width);
    const double rows = static_cast<double>(count_between(histogram, start, num_ctx));
    if (rows / all <= width / span) continue;
    const double outside = all - rows;
    const double gain = rows * std::log(rows / all * span / width) +
                        (outside > 0 ? outside * std::log(outside / all * span / (span - width)) : 0);
    if (gain > std::max(pile.gain, kPileGain)) pile = {.start = start, .gain = gain, .even = false};
  }
  return pile;
}

}  // namespace ctxcap::demand
