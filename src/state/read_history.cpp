// What a filter means, over all tables.

#include <algorithm>

#include "base/text.hpp"
#include "state/state.hpp"

namespace ctxcap::state {
namespace {

// Of which there are requests or decisions; some are told twice.
Result<std::vector<std::string>> jobs_of(State& state) {
  std::vector<std::string> known;
  TRY_ASSIGN(const std::vector<Demand> demands, state.demand());
  TRY_ASSIGN(const std::vector<DecisionRecord> decisions, state.decisions());
  for (const Demand& demand : demands) known.push_back(demand.job);
  for (const DecisionRecord& decision : decisions) known.push_back(decision.job);
  return known;
}

bool is_at_or_after(Instant at, const std::optional<Instant>& from) {
  return !from || at >= *from;
}

bool is_of(const std::string& host, const HistoryFilter& filter) {
  return filter.host.empty() || host == filter.host;
}

// The demand that the filter means; days before its time are left out.
Result<std::vector<Demand>> demand_of(State& state, const HistoryFilter& filter,
                                      const std::optional<std::string>& source = std::nullopt) {
  const std::optional<Day> first = filter.from ? std::optional(day_of(*filter.from)) : std::nullopt;
  TRY_ASSIGN(std::vector<Demand> demands, state.demand({.source = source, .from = first}));
  std::erase_if(demands, [&](const Demand& demand) {
    return (!filter.job.empty() && demand.job != filter.job) ||
           (!filter.model.empty() && demand.model != filter.model);
  });
  return demands;
}

// Measurements know no job: they are shown where no job or model is asked for.
Result<std::vector<Measurement>> measurements_of(State& state, const HistoryFilter& filter) {
  if (!filter.job.empty() || !filter.model.empty()) return std::vector<Measurement>{};
  TRY_ASSIGN(std::vector<Measurement> all, state.measurements());
  std::erase_if(all, [&](const Measurement& seen) {
    return !is_at_or_after(seen.at, filter.from) || !is_of(seen.host, filter);
  });
  const auto last = static_cast<std::size_t>(filter.last.value_or(static_cast<i64>(all.size())));
  if (last < all.size()) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(last));
  return all;
}

}  // namespace

Result<History> read_history(State& state, const HistoryFilter& filter) {
  History history;
  TRY_ASSIGN(history.decisions, state.decisions(filter));
  TRY_ASSIGN(history.measurements, measurements_of(state, filter));
  TRY_ASSIGN(const std::vector<Demand> demands, demand_of(state, filter));
  // The window of a day may have been decided before the days that are shown.
  TRY_ASSIGN(const std::vector<DecisionRecord> all,
             state.decisions({.job = filter.job, .host = filter.host}));
  history.jobs = days_of(demands, all);
  return history;
}

Result<Export> read_export(State& state, const HistoryFilter& filter) {
  Export all;
  TRY_ASSIGN(all.runs, state.runs());
  TRY_ASSIGN(const std::vector<std::string> sources, state.sources());
  for (const std::string& source : sources) {
    TRY_ASSIGN(std::vector<Demand> demands, demand_of(state, filter, source));
    for (Demand& demand : demands) all.demands.push_back({source, std::move(demand)});
  }
  TRY_ASSIGN(all.decisions, state.decisions(filter));
  TRY_ASSIGN(all.receipts, state.receipts());
  TRY_ASSIGN(all.measurements, measurements_of(state, filter));
  TRY_ASSIGN(all.calibrations, state.calibrations());
  const bool of_a_job = !filter.job.empty() || !filter.model.empty();
  std::erase_if(all.runs,
                [&](const Run& run) { return of_a_job || !is_at_or_after(run.started, filter.from); });
  std::erase_if(all.receipts, [&](const ReceiptRecord& receipt) {
    return of_a_job || !is_at_or_after(receipt.at, filter.from) || !is_of(receipt.host, filter);
  });
  std::erase_if(all.calibrations, [&](const Calibration& seen) { return !is_of(seen.host, filter); });
  if (of_a_job) all.calibrations.clear();
  if (of_a_job || filter.from) return all;
  TRY_ASSIGN(all.variants, state.variants());
  std::erase_if(all.variants, [&](const OwnedVariant& variant) { return !is_of(variant.host, filter); });
  return all;
}

Status check_known(State& state, const std::string& job) {
  if (job.empty()) return {};
  TRY_ASSIGN(const std::vector<std::string> known, jobs_of(state));
  if (known.empty() || std::find(known.begin(), known.end(), job) != known.end()) return {};
  const std::string near = closest(job, known);
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("nothing is known of a job \"{}\"", printable(job, 60)),
       .why = "the state has no requests and no decisions of it",
       .hint = near.empty() ? "ctxcap history" : "did you mean: ctxcap history " + printable(near, 60)});
}

}  // namespace ctxcap::state
