// ctxcap pull: model calls from Langfuse into a file that everything else here can read, and that the next
// pull brings up to date.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "app/commands.hpp"
#include "app/langfuse_flags.hpp"
#include "app/parser.hpp"
#include "base/text.hpp"
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

// Not by CLI11's required(): that comes before --help, and before what is mistyped.
Status check_output_name(const std::string& path) {
  constexpr std::array<std::string_view, 4> kSuffixes{".jsonl", ".jsonl.zst", ".ndjson", ".ndjson.zst"};
  if (std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](auto suffix) { return path.ends_with(suffix); }))
    return {};
  if (path.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no file to pull into",
                 .why = "the next pull adds to it what is new by then",
                 .hint = "ctxcap pull -o calls.jsonl"});
  }
  if (path == "-") {
    return fail({.kind = ErrorKind::usage,
                 .what = "-o cannot write to \"-\"",
                 .why = "a pull is kept in a file, which the next one adds to",
                 .hint = "ctxcap analyze --langfuse   reads the calls without a file"});
  }
  return fail(
      {.kind = ErrorKind::usage,
       .what = "cannot pull into " + printable(path, 200),
       .why =
           "calls are written as JSON lines, to .jsonl or .ndjson, or with zstd to .jsonl.zst or .ndjson.zst",
       .hint = "ctxcap pull -o calls.jsonl"});
}

// Why there is nothing: the filters that could be it.
std::string nothing_matched(const CallFilters& filters, const std::vector<std::string>& others) {
  std::string asked;
  const auto add = [&](const char* flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) asked += fmt::format(" {} {}", flag, printable(value, 60));
  };
  add("--job", filters.jobs);
  add("--model", filters.models);
  add("--environment", filters.environments);
  add("--trace-tag", filters.tags);
  if (asked.empty()) return "note: the server has no call in this time";
  const std::string there =
      others.empty() ? "" : "; there are calls of " + printable(join(others, ", "), 200);
  return "note: no call in this time matches" + asked + there;
}

Result<ExitCode> run(const Flags& flags, World& world, Talk& talk) {
  TRY(check_output_name(flags.output));
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
  if (summary.rows == 0) talk.note(nothing_matched(flags.filters, summary.other_jobs));
  return ExitCode::done;
}

Runner configure(Parser& parser) {
  const auto flags = std::make_shared<Flags>();
  parser.add_option("-o,--output", flags->output, "Where the calls go: .jsonl or .jsonl.zst")
      .type_name("FILE");
  add_langfuse_flags(parser, flags->langfuse);
  add_filter_flags(parser, flags->filters);
  parser.add_option("--job", flags->filters.jobs, "Calls of these jobs (trace names) only").type_name("NAME");
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
