// Decisions and measurements over time, for the terminal.

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/report.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

using Align = Column::Align;

constexpr int kLongestSpark = 60;  // columns

std::string minute_of(Instant at) {
  const std::string text = rfc3339(at);  // 2026-08-20T09:15:02Z
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

std::string windows_of(const DecisionRecord& decision, const Marks& marks) {
  const auto text = [](const std::optional<Tokens>& window) {
    return window ? with_commas(*window) : std::string("?");
  };
  if (decision.from_num_ctx == decision.to_num_ctx) return text(decision.from_num_ctx);
  return fmt::format("{} {} {}", text(decision.from_num_ctx), marks.arrow, text(decision.to_num_ctx));
}

std::string decisions_table(const History& history, const TextOptions& options) {
  std::vector<std::vector<std::string>> rows;
  for (const DecisionRecord& decision : history.decisions) {
    rows.push_back({minute_of(decision.at), printable(decision.job, 40), printable(decision.model, 40),
                    windows_of(decision, marks_for(options)), std::string(word(decision.action)),
                    std::string(word(decision.outcome)), printable(decision.reason, 300)});
  }
  return render_table({{"AT (UTC)"},
                       {"JOB"},
                       {"MODEL", Align::left, 1},
                       {"NUM_CTX", Align::right},
                       {"ACTION", Align::left, 2},
                       {"OUTCOME"},
                       {.heading = "REASON", .wraps = true}},
                      std::move(rows), room_of(options));
}

std::string measurements_table(const History& history, const TextOptions& options) {
  const auto bytes = [](const std::optional<Bytes>& size) { return size ? human_bytes(*size) : "?"; };
  std::vector<std::vector<std::string>> rows;
  for (const Measurement& measurement : history.measurements) {
    const Verification& seen = measurement.seen;
    rows.push_back({minute_of(measurement.at), printable(measurement.variant, 60),
                    with_commas(seen.asked_ctx), seen.effective_ctx ? with_commas(*seen.effective_ctx) : "?",
                    bytes(seen.size), bytes(measurement.predicted_bytes), std::string(word(seen.placement))});
  }
  return render_table({{"MEASURED (UTC)"},
                       {"VARIANT"},
                       {"ASKED", Align::right, 2},
                       {"NUM_CTX", Align::right},
                       {"HOLDS", Align::right},
                       {"PREDICTED", Align::right, 1},
                       {"PLACEMENT", Align::left, 3}},
                      std::move(rows), room_of(options));
}

// One glyph for each value, by its share of `top`; nullopt is a gap.
std::string spark(const std::vector<std::optional<Tokens>>& values, Tokens top, Glyphs glyphs) {
  static constexpr std::string_view kUnicode[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kAscii[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
  std::string text;
  for (const std::optional<Tokens>& value : values) {
    const Tokens level = value ? std::clamp<Tokens>((*value * 8 + top - 1) / top - 1, 0, 7) : 0;
    text += !value ? " " : glyphs == Glyphs::unicode ? kUnicode[level] : kAscii[level];
  }
  return text;
}

std::string spark_lines(const JobHistory& job, const TextOptions& options) {
  const Day first = job.days.front().day, days = job.days.back().day - first + 1;
  const i64 columns = std::min<i64>(days, std::clamp(options.width - 30, 10, kLongestSpark));
  std::vector<std::optional<Tokens>> need(static_cast<std::size_t>(columns)), cap(need.size());
  Tokens need_max = 0, top = 1;
  for (const HistoryDay& day : job.days) {
    const auto column = static_cast<std::size_t>((day.day - first) * columns / days);
    need[column] = std::max(need[column].value_or(0), day.need_max);
    if (day.num_ctx) cap[column] = day.num_ctx;
    need_max = std::max(need_max, day.need_max);
    top = std::max({top, day.need_max, day.num_ctx.value_or(0)});
  }
  std::string text =
      fmt::format("\n{}{}{}, {} {} {} ({} d)\n", paint(printable(job.job, 60), Tone::bold, options.colour),
                  job.model.empty() ? "" : " on ", printable(job.model, 60), iso_date(first),
                  marks_for(options).arrow, iso_date(job.days.back().day), days);
  text += fmt::format(" need  {}  at most {}\n", spark(need, top, options.glyphs), with_commas(need_max));
  if (job.num_ctx)
    text += fmt::format(" cap   {}  now {}\n", spark(cap, top, options.glyphs), with_commas(*job.num_ctx));
  return text;
}

const DecisionRecord* last_of(const History& history, const JobHistory& job, bool applied) {
  const auto found =
      std::find_if(history.decisions.rbegin(), history.decisions.rend(), [&](const DecisionRecord& one) {
        const bool changed = one.outcome == Outcome::applied && one.from_num_ctx != one.to_num_ctx;
        return one.job == job.job && one.model == job.model && (!applied || changed);
      });
  return found == history.decisions.rend() ? nullptr : &*found;
}

// What became of a job's window, in a sentence or two.
std::string story(const History& history, const JobHistory& job, const TextOptions& options) {
  if (!job.num_ctx || job.days.empty()) return "";
  const DecisionRecord* change = last_of(history, job, true);
  const DecisionRecord* last = last_of(history, job, false);
  i64 over = 0;
  Tokens largest = 0;
  const Day since = change != nullptr ? day_of(change->at) : job.days.front().day;
  for (const HistoryDay& day : job.days) {
    if (day.day < since) continue;
    largest = std::max(largest, day.need_max);
    over += day.need_max > *job.num_ctx ? 1 : 0;
  }
  std::string text = fmt::format("{}{}{}: {}", printable(job.job, 60), job.model.empty() ? "" : " on ",
                                 printable(job.model, 60), with_commas(*job.num_ctx));
  if (change != nullptr) {
    text += " since " + iso_date(since);
    if (change->from_num_ctx) text += fmt::format(", {} before", with_commas(*change->from_num_ctx));
  }
  if (largest == 0)
    text += "; no request since";
  else if (over == 0)
    text += fmt::format("; no request {} needed more, the longest {}",
                        change != nullptr ? "since" : "on record", with_commas(largest));
  else
    text += fmt::format("; on {} requests needed more, up to {}", counted(over, "day"), with_commas(largest));
  if (last != nullptr && last != change) text += "; latest: " + printable(last->reason, 200);
  const Marks& marks = marks_for(options);
  return fmt::format(
      "{} {}\n",
      paint(over > 0 ? marks.warn : marks.good, over > 0 ? Tone::warn : Tone::good, options.colour),
      wrapped(text, options.width - 3, "", "  "));
}

}  // namespace

std::string history_text(const History& history, const TextOptions& options) {
  std::string text;
  for (const JobHistory& job : history.jobs) text += story(history, job, options);
  if (!history.decisions.empty()) text += (text.empty() ? "" : "\n") + decisions_table(history, options);
  if (!history.measurements.empty())
    text += (text.empty() ? "" : "\n") + measurements_table(history, options);
  for (const JobHistory& job : history.jobs) {
    if (!job.days.empty()) text += spark_lines(job, options);
  }
  return text;
}

}  // namespace ctxcap::report
