// How the rules fared on the past, for the terminal.

#include <fmt/format.h>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

std::string rules_table(const JobBacktest& job, const TableRoom& room) {
  using Align = Column::Align;
  std::vector<std::vector<std::string>> rows;
  for (const RuleReport& rule : job.rules) {
    const RuleResult& result = rule.result;
    const double share = result.requests == 0
                             ? 0
                             : static_cast<double>(result.exceeded) / static_cast<double>(result.requests);
    rows.push_back({result.shown_rule(), with_commas(result.decisions), with_commas(result.requests),
                    with_commas(result.exceeded), percent(share),
                    with_commas(static_cast<i64>(result.mean_num_ctx)),
                    rule.mean_kv_bytes ? human_bytes(static_cast<Bytes>(*rule.mean_kv_bytes)) : "?"});
  }
  return render_table({{"RULE"},
                       {"DECISIONS", Align::right, 1},
                       {"REQS", Align::right},
                       {"CUT", Align::right},
                       {"SHARE", Align::right},
                       {"MEAN NUM_CTX", Align::right},
                       {"MEAN KV", Align::right}},
                      std::move(rows), room);
}

// Whether our own rule kept what was asked of it, and how the others fared beside it.
std::string verdict(const JobBacktest& job, const Backtest& backtest, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  if (job.rules.empty()) return "";
  const RuleResult& ours = job.rules.front().result;
  if (ours.requests == 0) return "";
  const double share = static_cast<double>(ours.exceeded) / static_cast<double>(ours.requests);
  const bool over = share > backtest.risk;
  const bool held = !over || ours.chance > 1 - backtest.confidence;
  std::string text =
      fmt::format("{} {}: {} of {} cut ({}); the goal was {}",
                  paint(held ? marks.good : marks.bad, held ? Tone::good : Tone::bad, options.colour),
                  held ? "held" : "did not hold", ours.exceeded == 0 ? "none" : with_commas(ours.exceeded),
                  counted(ours.requests, "request"), percent(share), percent(backtest.risk));
  if (held && over)
    text += fmt::format("; by chance alone that many are cut in {} of cases", percent(ours.chance));
  return text + "\n";
}

}  // namespace

std::string backtest_text(const Backtest& backtest, const TextOptions& options) {
  std::string text =
      wrapped(fmt::format("Each rule sees only the past and sets a window; CUT counts the later requests "
                          "that needed more. The goal: at most {} of them, with {} confidence",
                          percent(backtest.risk), percent(backtest.confidence)),
              options.width, "", "");
  text += "\n";
  for (const JobBacktest& job : backtest.jobs) {
    text += fmt::format("\n{}{}{}, by {}\n", printable(job.job, 60), job.model.empty() ? "" : " on ",
                        printable(job.model, 60), job.by_day ? "day" : "thousand requests");
    text += job.rules.empty() ? " the log is too short to look back on\n" : rules_table(job, options.width);
    text += verdict(job, backtest, options);
  }
  return text;
}

}  // namespace ctxcap::report
