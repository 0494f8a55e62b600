#include "demand/growth.hpp"

#include <algorithm>
#include <cmath>

#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

// The smallest of 1024 x {1, 1.5} x 2^n that is >= tokens.
Tokens rung_from(double tokens) {
  Tokens rung = 1024;
  while (static_cast<double>(rung) < tokens && rung < (Tokens{1} << 40)) {
    rung = static_cast<double>(rung) * 1.5 >= tokens ? rung / 2 * 3 : rung * 2;
  }
  return rung;
}

}  // namespace

Histogram needs_of_cut(const Histogram& need, const Censoring& censoring) {
  if (censoring.verdict != CensoringVerdict::censored) return need;
  const Tokens at_least = *censoring.num_ctx + 1;
  i64 left = censoring.rows;
  std::vector<Bin> bins = need.bins;
  for (Bin& bin : bins) {
    if (bin.tokens < *censoring.cut_to || bin.tokens >= at_least) continue;
    const i64 moved = std::min(left, bin.count);
    bin.count -= moved;
    left -= moved;
  }
  if (left < censoring.rows) bins.push_back({at_least, censoring.rows - left});
  return make_histogram(std::move(bins));
}

void advise_growth(Censoring& censoring, const Histogram& need, double per_day, const RiskOptions& options) {
  const double window = static_cast<double>(*censoring.num_ctx);
  const i64 n = need.count();
  const double beyond = static_cast<double>(need.count_above(*censoring.num_ctx)) / static_cast<double>(n);
  double level = window + 1;
  if (beyond > options.risk && beyond < 1) {
    const double share = (beyond + 1) / 2;
    const Tokens u =
        need.at_rank(std::clamp<i64>(n - static_cast<i64>(share * static_cast<double>(n)), 1, n));
    const double scale = (window - static_cast<double>(u)) / std::log(share / beyond);
    level = std::max(level, window + scale * std::log(beyond / options.risk));
  }
  censoring.grow_to = std::min(rung_from(level), rung_from(4 * window + 1));
  censoring.watch_requests = requests_needed(options.risk, options.confidence);
  if (per_day > 0) {
    const double days = std::ceil(static_cast<double>(censoring.watch_requests) / per_day);
    if (days < 1e9) censoring.watch_days = std::max<i64>(7, static_cast<i64>(days));
  }
}

}  // namespace ctxcap::demand
