// The page of a look back: did the rule hold?

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/chart.hpp"
#include "report/html/markup.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

constexpr double kLetter = 8.4, kRow = 15, kMiddle = 280;  // units of labels, and of a figure

double share_cut(const RuleResult& result) {
  return result.requests == 0 ? 0
                              : static_cast<double>(result.exceeded) / static_cast<double>(result.requests);
}

std::string verdict_of(const JobBacktest& job, const Backtest& backtest) {
  const std::string name = fmt::format("<strong>{}</strong>{}", html::escaped(job.job, 60),
                                       job.model.empty() ? "" : " on " + html::escaped(job.model, 60));
  if (job.rules.empty() || job.rules.front().result.requests == 0) {
    return fmt::format(
        "<li class=\"warn\"><span class=\"mark\">!</span>{}: the log is too short to look back on</li>\n",
        name);
  }
  const RuleResult& ours = job.rules.front().result;
  const bool over = share_cut(ours) > backtest.risk, held = !over || ours.chance > 1 - backtest.confidence;
  return fmt::format(
      "<li class=\"{}\"><span class=\"mark\">{}</span>{}: the rule {}: {} of {} were cut ({}); the goal was "
      "{}{}</li>\n",
      held ? "good" : "bad", held ? "✓" : "✗", name, held ? "held" : "did not hold",
      ours.exceeded == 0 ? "none" : with_commas(ours.exceeded), counted(ours.requests, "request"),
      percent(share_cut(ours)), percent(backtest.risk),
      held && over ? fmt::format("; by chance alone that many are cut in {} of cases", percent(ours.chance))
                   : "");
}

std::string rules_table(const std::vector<RuleReport>& rules, std::string_view caption) {
  std::vector<html::TableRow> rows;
  for (const RuleReport& rule : rules) {
    const RuleResult& result = rule.result;
    rows.push_back({{html::escaped(result.shown_rule(), 60), with_commas(result.decisions),
                     with_commas(result.requests), with_commas(result.exceeded), percent(share_cut(result)),
                     with_commas(static_cast<i64>(result.mean_num_ctx)),
                     rule.mean_kv_bytes ? human_bytes(static_cast<Bytes>(*rule.mean_kv_bytes)) : "unknown"},
                    &rule == &rules.front() ? "taken" : ""});
  }
  return html::table(caption,
                     {{"Rule"},
                      {"Decisions", true},
                      {"Requests", true},
                      {"Cut", true},
                      {"Share", true},
                      {"Mean window", true},
                      {"Mean KV cache", true}},
                     rows);
}

// What each rule took, against whom it cut: to the left is cheap, low is safe.
std::string trade_figure(const JobBacktest& job, const Backtest& backtest, const std::string& id) {
  double widest = 1, worst = backtest.risk;
  for (const RuleReport& rule : job.rules) {
    widest = std::max(widest, rule.result.mean_num_ctx);
    worst = std::max(worst, share_cut(rule.result));
  }
  const html::Scale x{0, widest * 1.1, html::kLeft, html::kRight},
      y{0, worst * 1.15, html::kBottom, html::kTop - 14};
  std::vector<html::Tick> ticks, across;
  for (const double part : {0.0, 0.5, 1.0}) ticks.push_back({y.at(worst * part), percent(worst * part)});
  for (const double value : html::round_values(widest))
    across.push_back({x.at(value), with_commas(static_cast<i64>(value))});
  std::string drawing = html::y_axis(ticks) + html::x_axis(across);
  const double asked = y.at(backtest.risk);
  drawing += html::line(html::kLeft, asked, html::kRight, asked, "usable");
  struct Place {
    double from, to, y;
  };
  std::vector<Place> places;  // of labels: none over another
  for (const RuleReport& rule : job.rules) {
    const double at = x.at(rule.result.mean_num_ctx), share = y.at(share_cut(rule.result));
    drawing += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\"/>\n",
                           &rule == &job.rules.front() ? "ours" : "bar", at, share);
    const double wide = kLetter * static_cast<double>(rule.result.shown_rule().size());
    Place place{at > kMiddle ? at - wide : at, at > kMiddle ? at : at + wide, share - 10};
    const auto taken = [&](const Place& other) {
      return std::abs(other.y - place.y) < kRow && other.from < place.to && place.from < other.to;
    };
    while (std::any_of(places.begin(), places.end(), taken)) place.y -= 1;
    places.push_back(place);
    drawing += html::label(at, place.y, html::escaped(rule.result.shown_rule(), 40),
                           at > kMiddle ? html::Anchor::end : html::Anchor::start, "strong");
  }
  drawing +=
      html::label((html::kLeft + html::kRight) / 2, html::kHeight - 2, "mean window", html::Anchor::middle);
  return "<figure>\n<h3>What each rule cut, against the window it took</h3>\n" +
         html::svg(id,
                   "Share of requests cut by each rule against its mean window; the table has the figures",
                   drawing) +
         html::provenance(fmt::format("Each rule saw what came before each {} and set a window for it. The "
                                      "dashed line is the goal.",
                                      job.by_day ? "UTC day" : "thousand requests")) +
         "</figure>\n";
}

}  // namespace

std::string backtest_page(const Backtest& backtest) {
  constexpr std::size_t kMost = 40;
  std::string body = "<h1>Would the rule have held?</h1>\n<ul class=\"verdicts\">\n";
  const std::size_t shown = std::min(kMost, backtest.jobs.size());
  for (std::size_t i = 0; i < shown; ++i) body += verdict_of(backtest.jobs[i], backtest);
  body += "</ul>\n";
  if (shown < backtest.jobs.size())
    body += fmt::format("<p>and {} more jobs; JSON has all.</p>\n",
                        with_commas(std::ssize(backtest.jobs) - static_cast<i64>(kMost)));
  if (shown > 1) body += rules_table(over_all_jobs(backtest), "Over all jobs");
  for (std::size_t i = 0; i < shown; ++i) {
    const JobBacktest& job = backtest.jobs[i];
    if (job.rules.empty()) continue;
    body += fmt::format("<section aria-labelledby=\"job-{0}\">\n<h2 id=\"job-{0}\">{1}</h2>\n", i,
                        html::escaped(job.job));
    body += "<div class=\"figures\">\n" + trade_figure(job, backtest, fmt::format("job-{}-f", i)) +
            "</div>\n" + rules_table(job.rules, "How the rules fared, the first is that of ctxcap") +
            "</section>\n";
  }
  return html::page("ctxcap: a look back", body);
}

}  // namespace ctxcap::report
