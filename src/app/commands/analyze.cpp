// ctxcap analyze: what each job needs, the cap it gets, and why. Writes nothing but the files of -o.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/walk.hpp"
#include "base/text.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

struct AnalyzeFlags {
  OutputFlags output;
  std::string bad_lines;
};

Result<ExitCode> run_analyze(const AnalyzeFlags& flags, const settings::Settings& settings, World& world,
                             Talk& talk) {
  TRY(advise::require_sources(settings, "ctxcap analyze --traces FILE   (or --langfuse, --clickhouse URL)"));
  TRY(check_output(flags.output));
  TRY_ASSIGN(advise::AnalyzeOptions options,
             advise::settle(settings, world, {flags.output.files, flags.bad_lines}));
  options.what_if = cli::wants_what_if(flags.output);
  TRY_ASSIGN(const Analysis analysis, analyze(options, world, talk));
  // Addresses of clients are for those who asked, and stored nowhere.
  const auto& sources = options.traces.sources;
  if (std::none_of(sources.begin(), sources.end(), [](const auto& one) { return one.job_rule == "client"; }))
    state::remember_names(analysis, world);
  TRY(write_output(analysis, flags.output, world, talk));
  if (analysis.bases.empty()) return fail(intake::no_request(analysis.inputs, analysis.skipped));
  return verdict(analysis);
}

Runner configure_analyze(Parser& parser) {
  const auto flags = std::make_shared<AnalyzeFlags>();
  add_output_flags(parser, flags->output);
  add_bad_lines(parser, flags->bad_lines);
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_analyze(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kAnalyze{
    "analyze",
    "What each job needs, the window it gets, and the Modelfile for it; changes nothing",
    "  ctxcap analyze traces.jsonl\n"
    "  ctxcap analyze --traces a.jsonl b.csv --show show.json --tag triage\n"
    "  ctxcap analyze --traces 'logs/*.jsonl.gz' -f json\n"
    "  ctxcap analyze --clickhouse http://127.0.0.1:8123 --from 30d\n"
    "  ctxcap analyze --traces my.csv --map prompt=PromptLen,generation=AnswerLen\n",
    configure_analyze,
    settings::kAnalyze,
    false,
    true};

}  // namespace ctxcap::app
