#include "demand/growth.hpp"

#include <algorithm>
#include <cmath>

#include "demand/survival.hpp"
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

// Where later days, under a larger window, tell what the cut requests of earlier ones hide.
std::optional<Tokens> known_level(const Censoring& censoring, const Histogram& need, double risk) {
  const Tokens at_least = *censoring.num_ctx + 1;
  std::vector<Bin> known = need.bins;
  for (Bin& bin : known) bin.count -= bin.tokens == at_least ? std::min(bin.count, censoring.rows) : 0;
  const Histogram bounds = make_histogram({{*censoring.num_ctx, censoring.rows}});
  return level_at(kaplan_meier(make_histogram(std::move(known)), bounds), risk);
}

}  // namespace

Histogram needs_of_cut(const Histogram& need, const Censoring& censoring) {
  if (!hides_need(censoring)) return need;
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

void advise_growth(Censoring& censoring, const Histogram& need, Beyond beyond_window, double per_day,
                   const RiskOptions& options) {
  const double window = static_cast<double>(*censoring.num_ctx);
  const i64 n = need.count();
  const double beyond = static_cast<double>(need.count_above(*censoring.num_ctx)) / static_cast<double>(n);
  double level = window + 1;
  std::optional<Tokens> known;
  if (beyond_window == Beyond::seen_later) known = known_level(censoring, need, options.risk);
  if (censoring.estimated_max)
    known = std::max(known.value_or(0), *censoring.estimated_max + *censoring.estimated_max / 4);
  if (known) {
    level = std::max(level, static_cast<double>(*known));
  } else if (beyond > options.risk && beyond < 1) {
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
