// What a night did, in lines for the journal.

#include <fmt/format.h>

#include <map>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

std::string window_text(const std::optional<Tokens>& window) {
  return window ? with_commas(*window) : "unknown";
}

std::string windows_of(const JobNight& job) {
  const DecisionRecord& record = job.record;
  const bool moves = job.move == Move::create || job.move == Move::grow || job.move == Move::shrink ||
                     job.move == Move::wait;
  if (!moves || record.from_num_ctx == record.to_num_ctx) return window_text(record.from_num_ctx);
  return window_text(record.from_num_ctx) + " -> " + window_text(record.to_num_ctx);
}

}  // namespace

std::string night_line(const JobNight& job, bool dry_run) {
  const DecisionRecord& record = job.record;
  std::string did(word(job.move));
  const bool held = job.move == Move::hold || job.move == Move::wait || job.move == Move::blocked;
  if (dry_run && record.outcome == Outcome::advised) {
    did = "would " + did;
  } else if (record.outcome != Outcome::unchanged && !(held && record.outcome == Outcome::waiting)) {
    did += fmt::format(", {}", word(record.outcome));
  }
  return fmt::format("{}  {}  {}  {}: {}", printable(record.job, 60), job.variants, windows_of(job), did,
                     printable(record.reason, 400));
}

std::string night_summary(std::span<const JobNight> jobs, std::span<const Error> troubles) {
  std::map<std::string_view, i64> moves;
  for (const JobNight& job : jobs) ++moves[word(job.move)];
  std::string text;
  for (const auto& [move, count] : moves)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, move);
  if (!troubles.empty()) text += "; " + troubles.front().what;
  return text;
}

}  // namespace ctxcap::report
