// What a window did that is known to have been in force.

#include "demand/demand.hpp"

namespace ctxcap::demand {

void heed_cuts_under(Tokens in_force, std::span<const Demand> under_cap, const RiskOptions& options,
                     DemandStats& stats) {
  RiskOptions known = options;
  known.in_force = in_force;
  for (const Demand& part : under_cap) {
    if (part.job != stats.job) continue;
    const DemandStats now = stats_of(part, known);
    if (now.censoring.verdict != CensoringVerdict::censored) continue;
    if (now.censoring.sizes_known && hides_need(stats.censoring)) continue;
    stats.censoring = now.censoring;
    if (now.required.num_ctx > stats.required.num_ctx) stats.required = now.required;
  }
}

UnderWindow under_window(const Demand& demand, Tokens num_ctx, const RiskOptions& options) {
  RiskOptions known = options;
  known.in_force = num_ctx;
  const DemandStats stats = stats_of(demand, known);
  return {stats.requests,
          stats.censoring.verdict == CensoringVerdict::censored || stats.need.count_above(num_ctx) > 0};
}

}  // namespace ctxcap::demand
