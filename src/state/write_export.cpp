// A state from what another one exported.

#include <map>

#include "state/state.hpp"

namespace ctxcap::state {
namespace {

Result<bool> holds_nothing(State& state) {
  TRY_ASSIGN(const Health health, state.health());
  TRY_ASSIGN(const std::vector<OwnedVariant> variants, state.variants());
  return health.demand_rows == 0 && health.decisions == 0 && health.runs == 0 && variants.empty();
}

// The numbers of the runs here, by those there.
Result<std::map<i64, i64>> write_runs(State& state, const std::vector<Run>& runs) {
  std::map<i64, i64> numbers{{0, 0}};
  for (const Run& run : runs) {
    TRY_ASSIGN(numbers[run.id], state.begin_run(run.command, run.started));
    if (run.finished) TRY(state.end_run(numbers[run.id], *run.finished, run.exit_code.value_or(0), run.note));
  }
  return numbers;
}

}  // namespace

Status write_export(State& state, const Export& all, Instant now) {
  TRY_ASSIGN(const bool empty, holds_nothing(state));
  if (!empty) {
    return fail(
        {.kind = ErrorKind::usage,
         .what = "nothing was imported",
         .why = "the state here holds records of its own, and the two cannot be told apart afterwards",
         .hint = "choose an empty place: CTXCAP_STATE_DIR=DIRECTORY ctxcap history --import FILE"});
  }
  TRY_ASSIGN(const auto runs, write_runs(state, all.runs));
  const auto run_here = [&](i64 there) { return runs.contains(there) ? runs.at(there) : 0; };
  for (const SourceDemand& one : all.demands) {
    if (!one.demand.days.empty()) TRY(state.merge_demand(one.source, std::span(&one.demand, 1), now));
  }
  for (DecisionRecord decision : all.decisions) {
    decision.run = run_here(decision.run);
    TRY(state.record(decision));
  }
  for (const ReceiptRecord& receipt : all.receipts)
    TRY(state.record(receipt.receipt, receipt.host, receipt.at, run_here(receipt.run)));
  for (Measurement seen : all.measurements) {
    seen.run = run_here(seen.run);
    TRY(state.record(seen));
  }
  for (const Calibration& seen : all.calibrations) TRY(state.record(seen));
  for (const OwnedVariant& variant : all.variants) TRY(state.created(variant));
  return {};
}

}  // namespace ctxcap::state
