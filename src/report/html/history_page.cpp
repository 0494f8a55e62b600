// The page of what was decided, installed and needed over time.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/html/chart.hpp"
#include "report/html/markup.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

constexpr std::size_t kMostRows = 500, kMostJobs = 40;

std::string window_or_unknown(const std::optional<Tokens>& window) {
  return window ? with_commas(*window) : "unknown";
}

std::string size_or_unknown(const std::optional<Bytes>& bytes) {
  return bytes ? human_bytes(*bytes) : "unknown";
}

// The newest first.
std::string decisions_table(const std::vector<DecisionRecord>& decisions) {
  std::vector<html::TableRow> rows;
  for (auto one = decisions.rbegin(); one != decisions.rend() && rows.size() < kMostRows; ++one) {
    rows.push_back(
        {{html::minute(one->at), html::escaped(one->job, 60), html::escaped(one->model, 60),
          window_or_unknown(one->from_num_ctx), window_or_unknown(one->to_num_ctx),
          std::string(word(one->action)), std::string(word(one->outcome)), html::escaped(one->reason, 300)},
         ""});
  }
  if (rows.empty()) return "";
  return "<section aria-labelledby=\"decisions\">\n<h2 id=\"decisions\">Decisions</h2>\n" +
         html::table(fmt::format("The newest first, {} of {}", rows.size(), decisions.size()),
                     {{"When (UTC)"},
                      {"Job"},
                      {"Model"},
                      {"From", true},
                      {"To", true},
                      {"So"},
                      {"What came of it"},
                      {"Why"}},
                     rows) +
         "</section>\n";
}

std::string measurements_table(const std::vector<Measurement>& measurements) {
  std::vector<html::TableRow> rows;
  for (auto one = measurements.rbegin(); one != measurements.rend() && rows.size() < kMostRows; ++one) {
    rows.push_back({{html::minute(one->at), html::escaped(one->variant, 60), with_commas(one->seen.asked_ctx),
                     window_or_unknown(one->seen.effective_ctx), size_or_unknown(one->seen.size),
                     size_or_unknown(one->predicted_bytes), std::string(word(one->seen.placement))},
                    ""});
  }
  if (rows.empty()) return "";
  return "<section aria-labelledby=\"measurements\">\n<h2 id=\"measurements\">Measurements</h2>\n" +
         html::table("What loads really took, the newest first",
                     {{"When (UTC)"},
                      {"Variant"},
                      {"Asked", true},
                      {"Window", true},
                      {"Holds", true},
                      {"Predicted", true},
                      {"Where"}},
                     rows) +
         "</section>\n";
}

std::string need_and_window(const JobHistory& job, const std::string& id) {
  Tokens high = 1;
  for (const HistoryDay& day : job.days) high = std::max({high, day.need_max, day.num_ctx.value_or(0)});
  const Day first = job.days.front().day, last = job.days.back().day;
  const html::Scale x{static_cast<double>(first), static_cast<double>(last) + 1, html::kLeft, html::kRight};
  const html::Scale y{0, static_cast<double>(high) * 1.06, html::kBottom, html::kTop - 14};
  std::vector<html::Tick> ticks;
  for (const double value : html::round_values(static_cast<double>(high)))
    ticks.push_back({y.at(value), with_commas(static_cast<i64>(value))});
  std::string bars, caps;
  for (const HistoryDay& day : job.days) {
    const double left = x.at(static_cast<double>(day.day)), right = x.at(static_cast<double>(day.day) + 1);
    bars +=
        html::bar(left, std::max(left + 0.6, right - 0.6), y.at(static_cast<double>(day.need_max)), y.from);
    if (day.num_ctx)
      caps += html::line(left, y.at(static_cast<double>(*day.num_ctx)), right,
                         y.at(static_cast<double>(*day.num_ctx)), "cap");
  }
  const std::string drawing =
      html::y_axis(ticks) + fmt::format("<path class=\"bar\" d=\"{}\"/>\n", bars) + caps +
      html::line(html::kLeft, html::kBottom, html::kRight, html::kBottom, "axis") +
      html::label(html::kLeft, html::kBottom + 18, iso_date(first), html::Anchor::start) +
      html::label(html::kRight, html::kBottom + 18, iso_date(last), html::Anchor::end);
  i64 requests = 0;
  for (const HistoryDay& day : job.days) requests += day.requests;
  return "<figure>\n" +
         html::svg(id,
                   fmt::format("The largest need of each day, from {} to {}, beside the window it had",
                               iso_date(first), iso_date(last)),
                   drawing) +
         html::provenance(fmt::format("Bars: the largest need of each UTC day, from {}. Line: the window at "
                                      "the end of that day; none where no decision tells.",
                                      counted(requests, "request"))) +
         "</figure>\n";
}

std::string story(const JobHistory& job) {
  Tokens most = 0;
  for (const HistoryDay& day : job.days) most = std::max(most, day.need_max);
  return fmt::format(
      "<li><strong>{}</strong>{}: {}, and needed at most {} tokens in {}</li>\n", html::escaped(job.job, 60),
      job.model.empty() ? "" : " on " + html::escaped(job.model, 60),
      job.num_ctx ? "has a window of " + with_commas(*job.num_ctx) : "has no window from ctxcap",
      with_commas(most), counted(std::ssize(job.days), "day"));
}

}  // namespace

std::string history_page(const History& history) {
  std::string body = "<h1>What was decided, and what was needed</h1>\n<ul class=\"verdicts\">\n", figures;
  std::size_t shown = 0;
  for (const JobHistory& job : history.jobs) {
    if (job.days.empty() || shown == kMostJobs) continue;
    body += story(job);
    figures += fmt::format("<section aria-labelledby=\"job-{0}\">\n<h2 id=\"job-{0}\">{1}</h2>\n", shown,
                           html::escaped(job.job));
    figures += need_and_window(job, fmt::format("job-{}-f", shown)) + "</section>\n";
    ++shown;
  }
  body += "</ul>\n";
  if (history.jobs.empty() && history.decisions.empty()) body += "<p>Nothing is recorded yet.</p>\n";
  return html::page("ctxcap: history", body + figures + decisions_table(history.decisions) +
                                           measurements_table(history.measurements));
}

}  // namespace ctxcap::report
