#include "demand/demand.hpp"

#include <algorithm>
#include <limits>

#include "demand/censoring.hpp"
#include "demand/growth.hpp"
#include "demand/required.hpp"
#include "demand/tail.hpp"
#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

constexpr Tokens kPredictStep = 256;  // a generation limit is a multiple of this

// The generation limit that the job is known to run with: the one given, else the largest that its requests
// carried, provided that all of them carried one (Ollama takes 0 and below for "no limit").
std::optional<Tokens> known_limit(const Demand& demand, const DayDemand& pooled, const RiskOptions& options) {
  const i64 requests = pooled.need.count();
  const Tokens largest_asked =
      demand.num_predict_asked.empty() ? 0 : demand.num_predict_asked.rbegin()->first;
  // A limit that requests carry themselves wins over that of the model.
  if (options.num_predict) return std::max(*options.num_predict, largest_asked);
  i64 limited = 0;
  for (const auto& [limit, count] : demand.num_predict_asked) limited += limit > 0 ? count : 0;
  if (requests == 0 || limited < requests) return std::nullopt;
  // Generations beyond the limit that is logged show that it was not in force.
  if (!pooled.generation.empty() && pooled.generation.max() > largest_asked) return std::nullopt;
  return largest_asked;
}

// Requests whose generation nobody logged need room for it all the same: the limit where one is known, else
// what the others generate. With neither, the room is unknown (see DemandStats::unknown_generation).
void make_room_for_unknown_answers(DemandStats& stats, const DayDemand& pooled) {
  stats.unknown_generation = stats.requests - pooled.generation.count();
  if (stats.unknown_generation == 0 || !stats.num_predict) return;
  const std::optional<Tokens> with_answers = checked_add(stats.required.num_ctx, *stats.num_predict);
  if (!with_answers) return;
  stats.required.num_ctx = *with_answers;
  stats.required.for_answers = *stats.num_predict;
}

// With its reason, and whom it would cut; nullopt: nobody gave one, and no answer was counted.
std::optional<GenerationLimit> limit_on(const Histogram& generation, const RiskOptions& options) {
  GenerationLimit limit{.answers = generation.count()};
  if (options.num_predict) {
    limit.tokens = *options.num_predict;
    limit.basis = Basis::explicit_window;
  } else {
    if (generation.empty()) return std::nullopt;
    const Bound bound = upper_bound(generation, options);
    if (bound.tokens > std::numeric_limits<Tokens>::max() - kPredictStep) return std::nullopt;
    limit.tokens = round_up(std::max<Tokens>(bound.tokens, 1), kPredictStep);
    limit.basis = bound.basis;
    limit.rank = bound.rank;
  }
  if (generation.empty()) return limit;
  limit.over = generation.count_above(limit.tokens);
  limit.share_upper = share_upper(limit.over, limit.answers, options.confidence);
  return limit;
}

}  // namespace

Percentiles percentiles_of(const Histogram& histogram) {
  if (histogram.empty()) return {};
  const i64 n = histogram.count();
  const auto at = [&](i64 per_mille) { return histogram.at_rank(nearest_rank(n, per_mille)); };
  return {.p50 = at(500),
          .p90 = at(900),
          .p95 = at(950),
          .p99 = at(990),
          .p99_9 = at(999),
          .max = histogram.max()};
}

namespace {

// Days whose start times are known, with requests.
void count_days(const Demand& demand, DemandStats& stats) {
  for (const auto& [day, counts] : demand.days) {
    if (day == kUnknownDay || counts.need.empty()) continue;
    ++stats.days;
    stats.daily_max.push_back(counts.need.max());
    const Percentiles needs = percentiles_of(counts.need);
    stats.by_day.push_back({day, counts.need.count(), needs.p50, needs.p90, needs.max});
  }
}

NeedsByDay needs_by_day(const Demand& demand) {
  NeedsByDay days;
  for (const auto& [day, counts] : demand.days) {
    if (day != kUnknownDay && !counts.need.empty()) days[day] = counts.need;
  }
  return days;
}

std::optional<double> requests_per_day(const Demand& demand, i64 requests) {
  if (demand.days.empty() || demand.days.begin()->first == kUnknownDay) return std::nullopt;
  const Day days = demand.days.rbegin()->first - demand.days.begin()->first + 1;
  return static_cast<double>(requests) / static_cast<double>(days);
}

DemandStats stats_of_all_days(const Demand& demand, CensoringPeriod found, const RiskOptions& options) {
  DayDemand pooled = demand.pooled();
  DemandStats stats;
  stats.job = demand.job;
  stats.model = demand.model;
  stats.requests = pooled.need.count();
  stats.from = demand.from;
  stats.to = demand.to;
  stats.prompt = percentiles_of(pooled.prompt);
  stats.total = percentiles_of(pooled.total);
  if (!pooled.generation.empty()) stats.generation = percentiles_of(pooled.generation);
  stats.limit = limit_on(pooled.generation, options);
  if (stats.limit) stats.num_predict = stats.limit->tokens;
  stats.num_ctx_asked = demand.num_ctx_asked;
  stats.windows = demand.windows;
  stats.upper_ends = demand.upper_ends;
  stats.cuts = demand.cuts;
  stats.busy = demand.busy;
  stats.slots = demand.slots;
  count_days(demand, stats);
  stats.per_day = requests_per_day(demand, stats.requests);
  stats.censoring = std::move(found.censoring);
  stats.need = needs_of_cut(pooled.need, stats.censoring);
  if (hides_need(stats.censoring)) {
    const Beyond beyond = found.last_day ? Beyond::seen_later : Beyond::unseen;
    advise_growth(stats.censoring, stats.need, beyond, stats.per_day.value_or(0), options);
    stats.required = required_beyond(pooled.need, stats.censoring, options);
    if (stats.limit) stats.limit->share_upper.reset();  // what they would have been nobody knows
  } else {
    stats.required = required_window(pooled, known_limit(demand, pooled, options), options);
    const NeedsByDay days = needs_by_day(demand);
    stats.drift = drift_of(days);
    if (stats.drift) raise_for_days(stats.required, days, *stats.drift, options);
    if (!demand.upper_ends) stats.tail = fit_tail(pooled.need, options.risk, options.confidence);
  }
  make_room_for_unknown_answers(stats, pooled);
  stats.prompts = std::move(pooled.prompt);
  stats.answers = std::move(pooled.generation);
  return stats;
}

}  // namespace

DemandStats stats_of(const Demand& demand, const RiskOptions& options) {
  CensoringPeriod found = detect_censoring(demand, {options.windows, options.num_keep, options.in_force});
  if (!found.last_day) return stats_of_all_days(demand, std::move(found), options);
  Demand later = demand;
  std::erase_if(later.days, [&](const auto& day) { return day.first <= *found.last_day; });
  const i64 after = later.pooled().need.count();
  if (!tolerance_rank(after, options.risk, options.confidence)) {
    found.censoring.last_day = found.last_day;
    found.censoring.since = after;
    return stats_of_all_days(demand, std::move(found), options);
  }
  const Day first = later.days.begin()->first;
  if (later.from) later.from = Instant{first * kMicrosPerDay};
  DemandStats stats = stats_of(later, options);
  stats.counted_from = std::max(stats.counted_from.value_or(first), first);
  stats.left_out += demand.pooled().need.count() - after;
  return stats;
}

}  // namespace ctxcap::demand
