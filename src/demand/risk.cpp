#include "demand/risk.hpp"

#include <algorithm>
#include <cmath>

#include "demand/demand.hpp"
#include "demand/tolerance.hpp"

namespace ctxcap::demand {

double chance_of_none(i64 r, i64 n, i64 m) {
  if (m <= 0) return 1;
  if (r <= 0) return 0;
  const double below = static_cast<double>(r), all = static_cast<double>(n), more = static_cast<double>(m);
  if (r == n) return all / (all + more);
  return std::exp(std::lgamma(below + more) - std::lgamma(below) + std::lgamma(all + 1) -
                  std::lgamma(all + 1 + more));
}

double chance_of_day(i64 over, i64 days) {
  return static_cast<double>(over + 1) / static_cast<double>(days + 1);
}

std::optional<Outlook> outlook(const DemandStats& stats, Tokens num_ctx, double confidence) {
  if (need_is_unknown(stats)) return std::nullopt;
  const i64 n = stats.need.count(), over = stats.need.count_above(num_ctx);
  Outlook result;
  result.num_ctx = num_ctx;
  result.requests_over = over;
  result.confidence = confidence;
  result.share_upper = share_upper(over, n, confidence);
  if (stats.days > 0) {
    const i64 days_over = std::count_if(stats.daily_max.begin(), stats.daily_max.end(),
                                        [&](Tokens max) { return max > num_ctx; });
    result.day_chance = chance_of_day(days_over, stats.days);
  }
  if (stats.per_day && n > 0) {
    const double requests = *stats.per_day * 30;
    result.requests_30d = requests;
    result.expected_cut_30d = requests * static_cast<double>(over + 1) / static_cast<double>(n + 1);
    result.cut_30d_upper = requests * result.share_upper;
    result.clean_30d = chance_of_none(n - over, n, static_cast<i64>(std::ceil(requests)));
  }
  return result;
}

}  // namespace ctxcap::demand
