// ctxcap pull: model calls from Langfuse into a file that everything else here can read, and that the next
// pull brings up to date.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/commands.hpp"
#include "app/langfuse_flags.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

struct Flags {
  LangfuseFlags langfuse;
  CallFilters filters;
  std::string output;
  bool lengths = false;
};

std::string told(const sources::PullSummary& summary, const std::string& path) {
  return fmt::format(
      "{}: {} ({} new) from {} to {}; {}{}{}", path, counted(summary.rows, "row"), with_commas(summary.fresh),
      rfc3339(summary.from), rfc3339(summary.to), counted(summary.requests, "request"),
      summary.retries > 0 ? fmt::format(", {} of them again", with_commas(summary.retries)) : "",
      summary.resumed ? ", going on from an unfinished pull" : "");
}

Result<ExitCode> run(const Flags& flags, World& world, Talk& talk) {
  if (!flags.langfuse.given && !sources::langfuse_in_environment(world.environment)) {
    return fail({.kind = ErrorKind::usage,
                 .what = "nothing to pull from",
                 .why = "neither --langfuse nor LANGFUSE_BASE_URL names a server",
                 .hint = "set LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY, or name the "
                         "server with --langfuse URL"});
  }
  TRY_ASSIGN(sources::LangfuseOptions options, settle_langfuse(flags.langfuse, flags.filters, world));
  options.query.lengths = flags.lengths;
  TRY_ASSIGN(const sources::PullSummary summary,
             sources::pull_langfuse(options, flags.output, {world.http, world.clock, world.files},
                                    pull_progress(options.server.url, world, talk)));
  talk.note(told(summary, flags.output));
  return ExitCode::done;
}

Runner configure(CLI::App& parser) {
  const auto flags = std::make_shared<Flags>();
  parser.add_option("-o,--output", flags->output, "Where the calls go: .jsonl or .jsonl.zst")
      ->type_name("FILE")
      ->required();
  add_langfuse_flags(parser, flags->langfuse);
  add_filter_flags(parser, flags->filters);
  parser.add_option("--job", flags->filters.jobs, "Calls of these jobs (trace names) only")
      ->type_name("NAME");
  parser.add_flag("--with-lengths", flags->lengths,
                  "Ask for prompts and answers too, and keep only their lengths");
  return [flags](World& world, Talk& talk) { return run(*flags, world, talk); };
}

}  // namespace

constinit const Command kPull{
    "pull", "Model calls from Langfuse into a file; again, and it adds what is new",
    "  ctxcap pull -o calls.jsonl                                    server and keys from the environment\n"
    "  ctxcap pull --langfuse https://langfuse.example.org -o calls.jsonl.zst --from 7d\n"
    "  ctxcap analyze --traces calls.jsonl                           then, as often as you like\n",
    configure};

}  // namespace ctxcap::app
