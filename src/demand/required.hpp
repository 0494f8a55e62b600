#pragma once
// The window that a job's requests need.

#include "demand/demand.hpp"
#include "demand/drift.hpp"

namespace ctxcap::demand {

// A window or limit with the evidence behind it.
struct Bound {
  Tokens tokens = 0;
  Basis basis = Basis::little_data;
  std::optional<i64> rank;
};

// The tolerance bound where the histogram holds enough, else the observed maximum x 1.25. Not empty.
Bound upper_bound(const Histogram& histogram, const RiskOptions& options);

// With a generation limit L no request needs more than prompt + max(L, 1), so the bound on prompts plus L
// holds as well: order statistics keep order, hence at the same rank min(need_(r), prompt_(r) + L) is still
// above the r-th smallest of the needs under that limit. `pooled` as logged; nothing in it was cut.
Required required_window(const DayDemand& pooled, std::optional<Tokens> limit, const RiskOptions& options);

// The same when some requests were cut: see demand.hpp. `logged`: needs as logged.
Required required_beyond(const Histogram& logged, const Censoring& censoring, const RiskOptions& options);

// Raises a tolerance bound where days differ beyond chance; never lowers it. Little data claims no risk, and
// is left alone.
void raise_for_days(Required& required, const NeedsByDay& days, const Drift& drift,
                    const RiskOptions& options);

}  // namespace ctxcap::demand
