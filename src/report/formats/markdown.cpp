// What to do, the jobs, what to know and the Modelfiles: for a ticket or a wiki.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/formats/formats.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report {
namespace {

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text)) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string known(std::optional<Tokens> tokens) {
  return tokens ? with_commas(*tokens) : "?";
}

// What is to be done, for people who will not read further.
std::string verdicts(const Analysis& analysis) {
  std::string text = "## What to do\n\n";
  for (const Sentence& one : sentences(analysis)) {
    const std::string_view mark = one.tone == Tone::good ? "✓" : one.tone == Tone::warn ? "!" : "✗";
    text += fmt::format("* {} **{}**: {}\n", mark, cell(one.subject), cell(one.text));
  }
  return text;
}

std::string jobs(const Analysis& analysis) {
  std::string text =
      "\n## Jobs\n\n"
      "| Job | Model | Requests | 99 % need at most | Longest | Window now | Window advised | Risk at most | "
      "KV cache | Freed |\n"
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      const DemandStats& stats = job.stats;
      const Candidate* taken = taken_candidate(job);
      const auto cache = taken != nullptr ? cache_bytes(taken->memory) : std::nullopt;
      const auto freed = freed_bytes(job);
      text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", cell(stats.job),
                          stats.model.empty() ? "?" : cell(stats.model), with_commas(stats.requests),
                          with_commas(stats.total.p99), with_commas(stats.total.max),
                          known(job.current ? std::optional(job.current->num_ctx) : std::nullopt),
                          known(job.num_ctx), job.outlook ? percent(job.outlook->share_upper) : "?",
                          cache ? human_bytes(*cache) : "?", freed ? human_bytes(*freed) : "?");
    }
  }
  return text;
}

std::string doubts(const Analysis& analysis) {
  std::string text;
  for (const Warning& warning : analysis.warnings)
    text += fmt::format("* **{}** {}\n", warning.code, cell(warning.text));
  for (const std::string& line : skip_lines(analysis.skipped))
    text += fmt::format("* not counted: {}\n", cell(line));
  return text.empty() ? "" : "\n## What to know\n\n" + text;
}

std::string print(const Analysis& analysis, const TextOptions&) {
  std::string text = verdicts(analysis) + jobs(analysis) + doubts(analysis);
  for (const BaseAnalysis& base : analysis.bases) {
    for (const Variant& variant : base.variants)
      text += fmt::format("\n## Modelfile of {}\n\n```\n{}```\n", variant.name, variant.modelfile);
  }
  return text;
}

}  // namespace

constinit const Format kMarkdownFormat{"md", ".md", "a Markdown table, for a ticket or a wiki", print};

}  // namespace ctxcap::report
