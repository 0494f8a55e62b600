#pragma once
// What to do about a job whose requests were cut.

#include "demand/demand.hpp"

namespace ctxcap::demand {

// The needs with the cut requests at num_ctx + 1, the least that they can have needed: as many as were cut,
// taken from the smallest needs that a cut request can show.
Histogram needs_of_cut(const Histogram& need, const Censoring& censoring);

// Fills grow_to, watch_requests and watch_days. The share q beyond the window c is known, the sizes are not:
// an exponential tail through the last known quantiles puts the level of risk e at c + b ln(q / e), with
// b = (c - u) / ln(S(u) / q) and u where S(u) is the mean of q and 1. The rung above that level is taken, at
// least the next rung above c, at most the one above 4 c: what lies beyond is seen only after growing.
// `per_day`: requests per day; 0 when unknown.
void advise_growth(Censoring& censoring, const Histogram& need, double per_day, const RiskOptions& options);

}  // namespace ctxcap::demand
