#include "demand/demand.hpp"

#include <algorithm>
#include <limits>

#include "demand/censoring.hpp"
#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

constexpr Tokens kPredictStep = 256;  // a generation limit is a multiple of this

// A window or limit with the evidence behind it.
struct Bound {
  Tokens tokens = 0;
  Basis basis = Basis::little_data;
  std::optional<i64> rank;
};

// ceil(1.25 x), at most the largest number there is.
Tokens with_quarter_more(Tokens x) {
  return checked_add(x, (x + 3) / 4).value_or(std::numeric_limits<Tokens>::max());
}

// The tolerance bound where the histogram holds enough, else the observed maximum x 1.25. Not empty.
Bound upper_bound(const Histogram& histogram, const RiskOptions& options) {
  const std::optional<i64> rank = tolerance_rank(histogram.count(), options.risk, options.confidence);
  if (!rank)
    return {.tokens = with_quarter_more(histogram.max()), .basis = Basis::little_data, .rank = std::nullopt};
  return {.tokens = histogram.at_rank(*rank), .basis = Basis::tolerance_bound, .rank = rank};
}

// The generation limit that the job is known to run with: the one given, else the largest that its requests
// carried, provided that all of them carried one (Ollama takes 0 and below for "no limit").
std::optional<Tokens> known_limit(const Demand& demand, i64 requests, const RiskOptions& options) {
  if (options.num_predict) return options.num_predict;
  i64 limited = 0;
  for (const auto& [limit, count] : demand.num_predict_asked) limited += limit > 0 ? count : 0;
  if (requests == 0 || limited < requests) return std::nullopt;
  return demand.num_predict_asked.rbegin()->first;
}

// The bound on the need. With a generation limit L no request needs more than prompt + max(L, 1), so the
// bound on prompts plus L holds as well: order statistics keep order, hence at the same rank
// min(need_(r), prompt_(r) + L) is still above the r-th smallest of the needs under that limit.
Required required_window(const DayDemand& pooled, std::optional<Tokens> limit, const RiskOptions& options) {
  Required required;
  required.risk = options.risk;
  required.confidence = options.confidence;
  required.supported_risk = supported_risk(pooled.need.count(), options.confidence);
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

std::optional<Tokens> generation_limit(const Histogram& generation, const RiskOptions& options) {
  if (options.num_predict) return options.num_predict;
  if (generation.empty()) return std::nullopt;
  const Tokens bound = std::max<Tokens>(upper_bound(generation, options).tokens, 1);
  if (bound > std::numeric_limits<Tokens>::max() - kPredictStep) return std::nullopt;
  return round_up(bound, kPredictStep);
}

std::optional<Tokens> most_asked(const std::map<Tokens, i64>& asked) {
  const auto most = std::max_element(asked.begin(), asked.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == asked.end() ? std::nullopt : std::optional<Tokens>(most->first);
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

DemandStats stats_of(const Demand& demand, const RiskOptions& options) {
  const DayDemand pooled = demand.pooled();
  DemandStats stats;
  stats.job = demand.job;
  stats.model = demand.model;
  stats.requests = pooled.need.count();
  stats.from = demand.from;
  stats.to = demand.to;
  stats.prompt = percentiles_of(pooled.prompt);
  stats.total = percentiles_of(pooled.total);
  stats.need = pooled.need;
  if (!pooled.generation.empty()) stats.generation = percentiles_of(pooled.generation);
  stats.required = required_window(pooled, known_limit(demand, stats.requests, options), options);
  stats.num_predict = generation_limit(pooled.generation, options);
  stats.censoring =
      detect_censoring(
          demand, {.windows = options.windows, .num_keep = options.num_keep, .in_force = options.in_force})
          .censoring;
  stats.asked_ctx = most_asked(demand.num_ctx_asked);
  return stats;
}

SharedStats shared_stats(std::span<const DemandStats> jobs) {
  SharedStats shared;
  std::vector<Bin> needs;
  for (const DemandStats& job : jobs) {
    shared.jobs.push_back(job.job);
    shared.requests += job.requests;
    if (job.from && (!shared.from || *job.from < *shared.from)) shared.from = job.from;
    if (job.to && (!shared.to || *job.to > *shared.to)) shared.to = job.to;
    needs.insert(needs.end(), job.need.bins.begin(), job.need.bins.end());
    if (shared.binding_job.empty() || job.required.num_ctx > shared.required.num_ctx) {
      shared.binding_job = job.job;
      shared.required = job.required;
    }
    if (job.num_predict) shared.num_predict = std::max(shared.num_predict.value_or(0), *job.num_predict);
    if (job.censoring.verdict == CensoringVerdict::censored) shared.censored_jobs.push_back(job.job);
  }
  shared.need = make_histogram(std::move(needs));
  return shared;
}

}  // namespace ctxcap::demand
