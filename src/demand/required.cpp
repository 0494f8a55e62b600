#include "demand/required.hpp"

#include <algorithm>
#include <limits>

#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

// ceil(1.25 x), at most the largest number there is.
Tokens with_quarter_more(Tokens x) {
  return checked_add(x, (x + 3) / 4).value_or(std::numeric_limits<Tokens>::max());
}

Required empty_claim(i64 requests, const RiskOptions& options) {
  Required required;
  required.risk = options.risk;
  required.confidence = options.confidence;
  required.supported_risk = supported_risk(requests, options.confidence);
  return required;
}

}  // namespace

Bound upper_bound(const Histogram& histogram, const RiskOptions& options) {
  const std::optional<i64> rank = tolerance_rank(histogram.count(), options.risk, options.confidence);
  if (!rank)
    return {.tokens = with_quarter_more(histogram.max()), .basis = Basis::little_data, .rank = std::nullopt};
  return {.tokens = histogram.at_rank(*rank), .basis = Basis::tolerance_bound, .rank = rank};
}

Required required_window(const DayDemand& pooled, std::optional<Tokens> limit, const RiskOptions& options) {
  Required required = empty_claim(pooled.need.count(), options);
  if (pooled.need.empty()) return required;
  const Bound need = upper_bound(pooled.need, options);
  required.num_ctx = need.tokens;
  required.basis = need.basis;
  required.rank = need.rank;
  if (limit && pooled.prompt.count() == pooled.need.count()) {
    const Tokens prompt = upper_bound(pooled.prompt, options).tokens;
    required.num_ctx =
        std::min(required.num_ctx, checked_add(prompt, std::max<Tokens>(*limit, 1)).value_or(need.tokens));
  }
  return required;
}

Required required_beyond(const Histogram& logged, const Censoring& censoring, const RiskOptions& options) {
  Required required = empty_claim(logged.count(), options);
  required.supported_risk.reset();
  required.basis = Basis::little_data;
  required.num_ctx = *censoring.grow_to;
  const std::optional<i64> rank = tolerance_rank(logged.count(), options.risk, options.confidence);
  if (rank && *rank + censoring.rows <= logged.count()) {
    required.basis = Basis::tolerance_bound;
    required.rank = rank;
    required.num_ctx = logged.at_rank(*rank + censoring.rows);
  }
  return required;
}

void raise_for_days(Required& required, const NeedsByDay& days, const Drift& drift,
                    const RiskOptions& options) {
  if (required.basis != Basis::tolerance_bound) return;
  for (const Raised& raised : needs_to_bound(days, drift, options.review_days)) {
    Bound bound = upper_bound(raised.needs, options);
    // A part of the days may be too few for the risk asked for; its maximum is still a reason to be careful.
    if (!bound.rank && raised.by != Raise::trend) bound.tokens = raised.needs.max();
    if (bound.tokens <= required.num_ctx) continue;
    required.num_ctx = bound.tokens;
    required.raised = raised.by;
  }
}

}  // namespace ctxcap::demand
