// A page for people: the verdict, figures, and settings to turn. One file that asks nobody for anything.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/formats/formats.hpp"
#include "report/html/job.hpp"
#include "report/html/markup.hpp"
#include "report/html/sections.hpp"

namespace ctxcap::report {
namespace {

constexpr std::size_t kMostJobs = 24;  // with figures: those of most requests

// The least number of requests of a job that gets figures.
i64 requests_for_figures(const Analysis& analysis) {
  std::vector<i64> requests;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) requests.push_back(job.stats.requests);
  }
  if (requests.size() <= kMostJobs) return 0;
  std::nth_element(requests.begin(), requests.begin() + kMostJobs - 1, requests.end(), std::greater<>());
  return requests[kMostJobs - 1];
}

std::string model_section(const Analysis& analysis, std::size_t index, i64 least, std::size_t& left) {
  const BaseAnalysis& base = analysis.bases[index];
  const BaseDecision& decision = base.decision;
  const std::string id = fmt::format("model-{}", index);
  std::string jobs;
  for (std::size_t i = 0; i < decision.jobs.size() && left > 0; ++i) {
    if (decision.jobs[i].stats.requests < least) continue;
    --left;
    jobs += html::job_section(decision, decision.jobs[i], fmt::format("{}-{}", id, i));
  }
  if (jobs.empty()) return "";
  std::string text =
      fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n", id,
                  decision.model.empty() ? "Rows without a model" : html::escaped(decision.model));
  for (const WhatIf& table : analysis.what_if) {
    if (table.model != decision.model || table.jobs.size() != decision.jobs.size() ||
        table.jobs.front().job != decision.jobs.front().stats.job)
      continue;
    text += html::what_if_section(analysis, table, "what-if-" + id);
    break;
  }
  text += jobs;
  for (const Variant& variant : base.variants) {
    text += html::folded("Modelfile of " + html::escaped(variant.name),
                         "<pre>" + html::escaped_lines(variant.modelfile) + "</pre>\n");
  }
  return text + "</section>\n";
}

std::string print(const Analysis& analysis, const TextOptions&) {
  std::string body = "<h1>How much context these jobs need</h1>\n" + html::verdicts(analysis) +
                     html::jobs_section(analysis) + html::budget_section(analysis);
  const i64 least = requests_for_figures(analysis);
  std::size_t left = kMostJobs, jobs = 0;
  for (std::size_t i = 0; i < analysis.bases.size(); ++i) {
    jobs += analysis.bases[i].decision.jobs.size();
    body += model_section(analysis, i, least, left);
  }
  if (jobs > kMostJobs)
    body += fmt::format("<p>Figures are shown for the {} jobs of most requests.</p>\n", kMostJobs);
  return html::page("ctxcap: context windows", body + html::sources_section(analysis));
}

}  // namespace

constinit const Format kHtmlFormat{"html", ".html", "a page with figures, for people; in one file",
                                   print,  true,    true};

}  // namespace ctxcap::report
