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
  cli::SkinFlags output{.pages = false};
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
  TRY(advise::require_sources(settings, "ctxcap explain JOB FILE"));
  TRY(cli::check_skins("explain", flags.output));
  TRY_ASSIGN(advise::AnalyzeOptions options,
             advise::settle(settings, world, {flags.output.files, flags.bad_lines}));
  if (!flags.job.empty()) options.traces.most_jobs = 0;  // it may be a small one
  TRY_ASSIGN(const Analysis analysis, analyze(options, world, talk));
  note_skipped(analysis.skipped, talk);
  if (analysis.bases.empty()) return fail(intake::no_request(analysis.inputs, analysis.skipped));
  std::vector<std::pair<const BaseDecision*, const JobDecision*>> jobs;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      if (flags.job.empty() || job.stats.job == flags.job) jobs.emplace_back(&base.decision, &job);
    }
  }
  if (jobs.empty()) return fail(no_such_job(flags.job, analysis));
  const BudgetReport* budget = analysis.budget ? &*analysis.budget : nullptr;
  const auto text = [&](report::TextOptions style) {
    style.details = flags.math;
    std::string all;
    for (const auto& [base, job] : jobs)
      all += (all.empty() ? "" : "\n") + report::explanation(*base, *job, budget, style);
    return all;
  };
  TRY(cli::write_skins({.text = text, .json = [&] { return report::explanations_json(jobs, budget); }},
                       flags.output, world, talk));
  return verdict(analysis);
}

Runner configure_explain(Parser& parser) {
  const auto flags = std::make_shared<ExplainFlags>();
  parser.add_option("JOB", flags->job, "The job; default: all of them").type_name("JOB");
  parser.add_flag("--math", flags->math, "Also show every formula with its inputs, to check by hand");
  add_bad_lines(parser, flags->bad_lines);
  cli::add_skin_flags(parser, flags->output);
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_explain(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kExplain{
    "explain",
    "What a decision means, what it rests on, and what to do, as questions and answers",
    "  ctxcap explain email-triage traces.jsonl\n"
    "  ctxcap explain email-triage --traces traces.jsonl --show show.json --math\n"
    "  ctxcap explain --traces traces.jsonl -o decisions.txt\n",
    configure_explain,
    settings::kExplain,
    false,
    true};

}  // namespace ctxcap::app
