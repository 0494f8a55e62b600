// Stage 6: what was decided is written down once, and told in one line per job.

#include <fmt/format.h>

#include <algorithm>

#include "app/nightly/night.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"

namespace ctxcap::app {
namespace {

std::string window_text(const std::optional<Tokens>& window) {
  return window ? with_commas(*window) : "unknown";
}

std::string windows_of(const JobNight& job) {
  const DecisionRecord& record = job.record;
  const bool moves = job.move == policy::Move::create || job.move == policy::Move::grow ||
                     job.move == policy::Move::shrink || job.move == policy::Move::wait;
  if (!moves || record.from_num_ctx == record.to_num_ctx) return window_text(record.from_num_ctx);
  return window_text(record.from_num_ctx) + " -> " + window_text(record.to_num_ctx);
}

}  // namespace

std::string line_of(const JobNight& job) {
  const DecisionRecord& record = job.record;
  std::string did(policy::word(job.move));
  const bool held =
      job.move == policy::Move::hold || job.move == policy::Move::wait || job.move == policy::Move::blocked;
  if (record.outcome != Outcome::unchanged && !(held && record.outcome == Outcome::waiting))
    did += fmt::format(", {}", word(record.outcome));
  return fmt::format("{}  {}  {}  {}: {}", printable(record.job, 60), job.variants, windows_of(job), did,
                     printable(record.reason, 400));
}

Result<std::optional<DecisionRecord>> told_tonight(const Night& night, const std::string& job,
                                                   const std::string& base) {
  const Instant from{night.now.micros - 2 * 86'400'000'000};
  TRY_ASSIGN(const std::vector<DecisionRecord> records,
             night.state.decisions({.job = job, .model = base, .from = from}));
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (record->run == 0) continue;  // by hand
    if (policy::night_of(record->at, night.local_offset) == night.night) return *record;
  }
  return std::optional<DecisionRecord>{};
}

Status record(Night& night) {
  for (const JobNight& job : night.jobs) {
    if (job.record.job == kNoJob) continue;
    TRY_ASSIGN(const auto told, told_tonight(night, job.record.job, job.record.model));
    DecisionRecord again = told.value_or(DecisionRecord{});
    again.at = job.record.at;
    again.run = job.record.run;
    if (told && again == job.record) continue;
    TRY(night.state.record(job.record));
  }
  return {};
}

}  // namespace ctxcap::app
