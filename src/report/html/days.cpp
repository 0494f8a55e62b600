// A job day by day, and whether its days differ.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/html/chart.hpp"
#include "report/html/job.hpp"
#include "report/html/markup.hpp"

namespace ctxcap::report::html {
namespace {

constexpr std::size_t kListed = 31;  // days in the table, the newest
constexpr double kSign = 0.001;      // a chance below it counts as a difference
constexpr Tokens kFar = 3;           // a window in use so much larger than all else is left to words

using Points = std::vector<std::pair<double, double>>;

std::string curve(const std::vector<DayNeeds>& days, Tokens DayNeeds::*value, const Scale& x, const Scale& y,
                  std::string_view kind) {
  Points points;
  for (const DayNeeds& day : days)
    points.emplace_back(x.at(static_cast<double>(day.day)), y.at(static_cast<double>(day.*value)));
  return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", kind, path_of(points));
}

std::string drift_text(const DemandStats& stats) {
  if (!stats.drift) return "<p>There are too few days to say whether they differ.</p>\n";
  const Drift& drift = *stats.drift;
  std::vector<std::string> signs;
  if (drift.trend_chance < kSign)
    signs.push_back(fmt::format("needs change by {} a day", percent(drift.growth_per_day)));
  if (drift.recent_days > 0 && drift.recent_chance < kSign)
    signs.push_back(
        fmt::format("the newest {} need more than those before", counted(drift.recent_days, "day")));
  if (drift.worst_weekday && drift.weekday_chance < kSign)
    signs.push_back(fmt::format("{}s need more than other days", weekday_word(*drift.worst_weekday)));
  if (signs.empty())
    return "<p>The days differ no more than chance would make them: no growth is seen.</p>\n";
  std::string text = "<p>The days differ by more than chance: " + join(signs, "; ");
  if (stats.required.raised != Raise::none) text += ". The window is larger because of that";
  return text + ".</p>\n";
}

std::string days_table(const std::vector<DayNeeds>& days) {
  std::vector<TableRow> rows;
  for (std::size_t i = days.size(); i-- > 0 && rows.size() < kListed;) {
    const DayNeeds& day = days[i];
    rows.push_back({{iso_date(day.day), with_commas(day.requests), with_commas(day.p50), with_commas(day.p90),
                     with_commas(day.max)},
                    ""});
  }
  const std::string which = days.size() > kListed ? fmt::format("The newest {} days", kListed) : "By UTC day";
  return folded(
      "The same as a table",
      table(which + ", in tokens",
            {{"Day"}, {"Requests", true}, {"Half at most", true}, {"90 % at most", true}, {"Largest", true}},
            rows));
}

}  // namespace

std::string days_figure(const JobDecision& job, const std::string& id) {
  const std::vector<DayNeeds>& days = job.stats.by_day;
  if (days.size() < 2) return "";
  Tokens high = 1;
  for (const DayNeeds& day : days) high = std::max(high, day.max);
  if (job.num_ctx) high = std::max(high, *job.num_ctx);
  const bool shows_now = job.current && job.current->num_ctx <= kFar * high;
  if (shows_now) high = std::max(high, job.current->num_ctx);
  const Scale x{static_cast<double>(days.front().day), static_cast<double>(days.back().day), kLeft + 8,
                kRight - 8};
  const Scale y{0, static_cast<double>(high) * 1.04, kBottom, kTop, false};
  std::vector<Tick> ticks;
  for (const double value : round_values(y.high))
    ticks.push_back({y.at(value), with_commas(static_cast<i64>(value))});
  std::string drawing = y_axis(ticks);
  drawing += curve(days, &DayNeeds::max, x, y, "most") + curve(days, &DayNeeds::p90, x, y, "p90") +
             curve(days, &DayNeeds::p50, x, y, "p50");
  const auto level = [&](Tokens window, std::string_view kind, std::string_view what) {
    const double at = y.at(static_cast<double>(window));
    drawing += line(kLeft, at, kRight, at, kind) +
               label(kRight, at - 5, fmt::format("{} {}", with_commas(window), what), Anchor::end, "strong");
  };
  if (job.num_ctx) level(*job.num_ctx, "cap", "advised");
  if (shows_now && job.current->num_ctx != job.num_ctx) level(job.current->num_ctx, "now", "now");
  drawing += line(kLeft, kBottom, kRight, kBottom, "axis") +
             label(kLeft, kBottom + 18, iso_date(days.front().day), Anchor::start) +
             label(kRight, kBottom + 18, iso_date(days.back().day), Anchor::end);
  const std::string name = fmt::format("Needs of {}: the largest {} tokens", counted(std::ssize(days), "day"),
                                       with_commas(job.stats.need.max()));
  return "<figure>\n<h4>Day by day</h4>\n"
         "<ul class=\"legend\"><li><i style=\"--c:var(--s1)\"></i>largest</li>"
         "<li><i style=\"--c:var(--s0)\"></i>90 % at most</li><li><i style=\"--c:var(--s2)\"></i>half at "
         "most (dotted)</li></ul>\n" +
         svg(id, name, drawing) + provenance(seen_in(job.stats, "as logged, by UTC day")) +
         drift_text(job.stats) + days_table(days) + "</figure>\n";
}

}  // namespace ctxcap::report::html
