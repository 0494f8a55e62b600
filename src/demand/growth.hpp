#pragma once
// What to do about a job whose requests were cut.

#include "demand/demand.hpp"

namespace ctxcap::demand {

// The needs with the cut requests at num_ctx + 1, the least that they can have needed: as many as were cut,
// taken from the smallest needs that a cut request can show.
Histogram needs_of_cut(const Histogram& need, const Censoring& censoring);

// Whether requests of other days show what lies beyond the window that cut.
enum class Beyond { unseen, seen_later };

// Fills grow_to, watch_requests and watch_days. Bodies: the largest true prompt that they tell, and a quarter
// more. Seen later: the product-limit estimate over cut and whole requests tells the level at the risk asked
// for. Unseen, or when that is hidden too: the share q beyond the window c is known, the sizes are not, and
// an exponential tail through the last known quantiles puts the level of risk e at c + b ln(q / e), with b =
// (c - u) / ln(S(u) / q) and S(u) half way from q to 1. The rung above that level is taken, at least the next
// one above c, at most the one above 4 c: the rest is seen only after growing. `per_day`: requests per day; 0
// when unknown.
void advise_growth(Censoring& censoring, const Histogram& need, Beyond beyond_window, double per_day,
                   const RiskOptions& options);

}  // namespace ctxcap::demand
