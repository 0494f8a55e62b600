// ctxcap explain: one decision in words, and by --math in formulas.

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "app/walk.hpp"
#include "base/text.hpp"

namespace ctxcap::app {
namespace {

struct ExplainFlags {
  std::string job, bad_lines;
  bool math = false;
};

Error no_such_job(const std::string& job, const Analysis& analysis) {
  std::vector<std::string> names;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& decision : base.decision.jobs) names.push_back(printable(decision.stats.job, 60));
  }
  const std::string meant = closest(job, names);
  return {.kind = ErrorKind::usage,
          .what = fmt::format("there is no job \"{}\" in the traces", printable(job, 60)),
          .why = "the jobs are " + join(names, ", "),
          .hint = meant.empty() ? "ctxcap analyze --traces FILE   lists them"
                                : fmt::format("did you mean {}?", meant)};
}

Result<ExitCode> run_explain(const ExplainFlags& flags, const settings::Settings& settings, World& world,
                             Talk& talk) {
  TRY(advise::require_sources(settings, "ctxcap explain JOB --traces FILE"));
  TRY_ASSIGN(advise::AnalyzeOptions options, advise::settle(settings, world, {.bad_rows = flags.bad_lines}));
  if (!flags.job.empty()) options.traces.most_jobs = 0;  // it may be a small one
  TRY_ASSIGN(const Analysis analysis, analyze(options, world, talk));
  talk.clear();
  note_skipped(analysis.skipped, talk);
  if (analysis.bases.empty()) return fail(intake::no_request(analysis.inputs, analysis.skipped));
  report::TextOptions style = talk.out();
  style.details = flags.math;
  const BudgetReport* budget = analysis.budget ? &*analysis.budget : nullptr;
  bool found = false;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      if (!flags.job.empty() && job.stats.job != flags.job) continue;
      world.console.out((found ? "\n" : "") + report::explanation(base.decision, job, budget, style));
      found = true;
    }
  }
  if (!found) return fail(no_such_job(flags.job, analysis));
  return verdict(analysis);
}

Runner configure_explain(Parser& parser) {
  const auto flags = std::make_shared<ExplainFlags>();
  parser.add_option("JOB", flags->job, "The job; all of them when it is left out").type_name("JOB");
  parser.add_flag("--math", flags->math, "Also every formula with its inputs, to check by hand");
  add_bad_lines(parser, flags->bad_lines);
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_explain(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kExplain{
    "explain", "What one decision means and what it rests on, in questions and answers",
    "  ctxcap explain email-triage --traces traces.jsonl\n"
    "  ctxcap explain email-triage --traces traces.jsonl --show show.json --math\n",
    configure_explain, settings::kExplain};

}  // namespace ctxcap::app
