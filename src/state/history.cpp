#include "base/text.hpp"
#include "data/words.hpp"
#include "state/store.hpp"

namespace ctxcap::state {
namespace {

constexpr Action kActions[] = {Action::shrink, Action::keep, Action::grow, Action::withhold};
constexpr Outcome kOutcomes[] = {Outcome::unchanged, Outcome::advised,    Outcome::waiting,
                                 Outcome::rendered,  Outcome::applied,    Outcome::undone,
                                 Outcome::failed,    Outcome::rolled_back};
constexpr Placement kPlacements[] = {Placement::gpu, Placement::partial, Placement::cpu, Placement::unknown};

std::optional<i64> run_or_null(i64 run) {
  return run == 0 ? std::nullopt : std::optional(run);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

}  // namespace

Result<i64> State::begin_run(const std::string& command, Instant started) {
  TRY_ASSIGN(
      const std::optional<i64> id,
      store_->number("insert into runs (command, started) values (?, ?) returning id", command, started));
  return id.value_or(0);
}

Status State::end_run(i64 id, Instant finished, i64 exit_code, const std::string& note) {
  return store_->run("update runs set finished = ?, exit_code = ?, note = ? where id = ?", finished,
                     exit_code, printable(note, 500), id);
}

Result<std::vector<Run>> State::runs(const std::string& command, std::optional<i64> last) {
  std::vector<Run> runs;
  TRY(store_->each(
      "select * from (select id, command, started, finished, exit_code, note from runs "
      "where ?1 = '' or command = ?1 order by id desc limit ?2) order by id",
      [&](const Statement& row) {
        Run run{.id = integer_at(row, 0), .command = text_at(row, 1), .started = instant_at(row, 2)};
        if (const auto finished = row.integer(3)) run.finished = Instant{*finished};
        run.exit_code = row.integer(4);
        run.note = text_at(row, 5);
        runs.push_back(std::move(run));
      },
      command, last.value_or(-1)));
  return runs;
}

Result<std::optional<Instant>> State::latest() {
  TRY_ASSIGN(const std::optional<i64> at,
             store_->number(
                 "select max(at) from (select max(max(started, coalesce(finished, started))) as at from runs "
                 "union all select max(at) from decisions union all select max(at) from measurements)"));
  return at ? std::optional(Instant{*at}) : std::nullopt;
}

Status State::record(const DecisionRecord& decision) {
  return store_->run(
      "insert into decisions (run, at, job, model, from_num_ctx, to_num_ctx, required, action, reason, "
      "outcome, host) "
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''))",
      run_or_null(decision.run), decision.at, decision.job, decision.model, decision.from_num_ctx,
      decision.to_num_ctx, decision.required, word(decision.action), decision.reason, word(decision.outcome),
      decision.host);
}

Result<std::vector<DecisionRecord>> State::decisions(const HistoryFilter& filter) {
  std::vector<DecisionRecord> decisions;
  TRY(store_->each(
      "select * from (select run, at, job, model, from_num_ctx, to_num_ctx, required, action, reason, "
      "outcome, coalesce(host, ''), id "
      "from decisions where (?1 = '' or job = ?1) and (?2 = '' or model = ?2) and (?3 is null or at >= ?3) "
      "and (?5 = '' or host is null or host = ?5) "
      "order by id desc limit ?4) order by id",
      [&](const Statement& row) {
        decisions.push_back({.at = instant_at(row, 1),
                             .run = integer_at(row, 0),
                             .job = text_at(row, 2),
                             .model = text_at(row, 3),
                             .from_num_ctx = row.integer(4),
                             .to_num_ctx = row.integer(5),
                             .required = row.integer(6),
                             .action = enumerator(text_at(row, 7), kActions),
                             .reason = text_at(row, 8),
                             .outcome = enumerator(text_at(row, 9), kOutcomes),
                             .host = text_at(row, 10)});
      },
      filter.job, filter.model, filter.from, filter.last.value_or(-1), filter.host));
  return decisions;
}

Status State::record(const Receipt& receipt, const std::string& host, Instant at, i64 run) {
  return store_->run(
      "insert into receipts (run, at, host, variant, via, replaced, previous_digest, base_digest, digest) "
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      run_or_null(run), at, host, receipt.variant, receipt.via, receipt.replaced, receipt.previous_digest,
      receipt.base_digest, receipt.digest);
}

Result<std::vector<ReceiptRecord>> State::receipts(const std::string& variant) {
  std::vector<ReceiptRecord> receipts;
  TRY(store_->each(
      "select run, at, host, variant, via, replaced, previous_digest, base_digest, digest from receipts "
      "where ?1 = '' or variant = ?1 order by id",
      [&](const Statement& row) {
        receipts.push_back({.at = instant_at(row, 1),
                            .run = integer_at(row, 0),
                            .host = text_at(row, 2),
                            .receipt = {.variant = text_at(row, 3),
                                        .via = text_at(row, 4),
                                        .replaced = integer_at(row, 5) != 0,
                                        .previous_digest = text_at(row, 6),
                                        .base_digest = text_at(row, 7),
                                        .digest = text_at(row, 8)}});
      },
      variant));
  return receipts;
}

Status State::record(const Measurement& measurement) {
  const Verification& seen = measurement.seen;
  return store_->run(
      "insert into measurements (run, at, host, variant, digest, predicted_bytes, asked_ctx, effective_ctx, "
      "probe_tokens, size, size_vram, placement, notes, driver_bytes) "
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      run_or_null(measurement.run), measurement.at, measurement.host, measurement.variant, measurement.digest,
      measurement.predicted_bytes, seen.asked_ctx, seen.effective_ctx, seen.probe_tokens, seen.size,
      seen.size_vram, word(seen.placement), join(seen.notes, "\n"), seen.driver_bytes);
}

Result<std::vector<Measurement>> State::measurements(const std::string& variant) {
  std::vector<Measurement> measurements;
  TRY(store_->each(
      "select run, at, host, variant, digest, predicted_bytes, asked_ctx, effective_ctx, probe_tokens, size, "
      "size_vram, placement, notes, driver_bytes from measurements where ?1 = '' or variant = ?1 order by id",
      [&](const Statement& row) {
        measurements.push_back({.at = instant_at(row, 1),
                                .run = integer_at(row, 0),
                                .host = text_at(row, 2),
                                .variant = text_at(row, 3),
                                .digest = text_at(row, 4),
                                .predicted_bytes = row.integer(5),
                                .seen = {.asked_ctx = integer_at(row, 6),
                                         .effective_ctx = row.integer(7),
                                         .size = row.integer(9),
                                         .size_vram = row.integer(10),
                                         .driver_bytes = row.integer(13),
                                         .placement = enumerator(text_at(row, 11), kPlacements),
                                         .probe_tokens = row.integer(8),
                                         .notes = lines_of(text_at(row, 12))}});
      },
      variant));
  return measurements;
}

}  // namespace ctxcap::state
