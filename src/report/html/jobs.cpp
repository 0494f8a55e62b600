// The verdict, and the jobs side by side.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/html/markup.hpp"
#include "report/html/sections.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report::html {
namespace {

constexpr std::size_t kMostJobs = 300, kMostVerdicts = 50;

std::string window_or_unknown(const std::optional<Tokens>& window) {
  return window ? with_commas(*window) : "unknown";
}

}  // namespace

std::string verdicts(const Analysis& analysis) {
  std::string html = "<ul class=\"verdicts\">\n";
  for (const Sentence& one : sentences(analysis, kMostVerdicts)) {
    const bool good = one.tone == Tone::good, warn = one.tone == Tone::warn;
    html += fmt::format("<li class=\"{}\"><span class=\"mark\">{}</span><strong>{}</strong>: {}</li>\n",
                        good   ? "good"
                        : warn ? "warn"
                               : "bad",
                        good   ? kUnicodeMarks.good
                        : warn ? kUnicodeMarks.warn
                               : kUnicodeMarks.bad,
                        escaped(one.subject), escaped(one.text, 700));
  }
  if (analysis.bases.size() > kMostVerdicts)
    html += fmt::format("<li>and {} more models</li>\n",
                        with_commas(std::ssize(analysis.bases) - static_cast<i64>(kMostVerdicts)));
  return html + "</ul>\n";
}

std::string jobs_section(const Analysis& analysis) {
  std::vector<TableRow> rows;
  std::size_t all = 0;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      if (++all > kMostJobs) continue;
      const DemandStats& stats = job.stats;
      rows.push_back(
          {{escaped(stats.job), stats.model.empty() ? "unknown" : escaped(stats.model),
            with_commas(stats.requests), with_commas(stats.total.p50), with_commas(stats.total.p99),
            with_commas(stats.total.max), job.current ? with_commas(job.current->num_ctx) : "unknown",
            window_or_unknown(job.num_ctx), std::string(word(job.action))},
           ""});
    }
  }
  std::string caption = "Each job, in tokens of prompt and generation together";
  if (all > kMostJobs)
    caption += fmt::format("; the first {} of {}", kMostJobs, with_commas(static_cast<i64>(all)));
  return table(caption,
               {{"Job"},
                {"Model"},
                {"Requests", true},
                {"Half at most", true},
                {"99 % at most", true},
                {"Largest", true},
                {"Window now", true},
                {"Advised", true},
                {"So"}},
               rows);
}

}  // namespace ctxcap::report::html
