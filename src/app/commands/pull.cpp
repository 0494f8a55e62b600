// ctxcap pull: model calls from Langfuse into a file that everything else here can read, and that the next
// pull brings up to date.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "intake/intake.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

struct PullFlags {
  std::string output;
};

std::string told(const sources::PullSummary& summary, const std::string& path) {
  return fmt::format(
      "{}: {} ({} new) from {} to {}; {}{}{}", path, counted(summary.rows, "row"), with_commas(summary.fresh),
      rfc3339(summary.from), rfc3339(summary.to), counted(summary.requests, "request"),
      summary.retries > 0 ? fmt::format(", {} of them again", with_commas(summary.retries)) : "",
      summary.resumed ? ", going on from an unfinished pull" : "");
}

// Why there is nothing: the filters that could be it.
std::string nothing_matched(const SourceSettings& source, const std::vector<std::string>& others) {
  std::string asked;
  const auto add = [&](const char* flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) asked += fmt::format(" {} {}", flag, printable(value, 60));
  };
  add("--job", source.jobs);
  add("--model", source.models);
  add("--environment", source.environments);
  add("--trace-tag", source.tags);
  if (asked.empty()) return "note: the server has no calls in this period";
  const std::string there =
      others.empty() ? "" : "; there are calls of " + printable(join(others, ", "), 200);
  return "note: no call in this period matches" + asked + there;
}

// The one source that is meant: what flags name, else what the configuration has.
Result<SourceSettings> source_of(const settings::Settings& settings) {
  const SourceKinds kinds = sources::pulled_kinds();
  std::vector<const SourceSettings*> able;
  for (const SourceSettings& source : settings.sources) {
    if (std::find(kinds.begin(), kinds.end(), source.kind) != kinds.end()) able.push_back(&source);
  }
  if (able.size() == 1) return *able.front();
  if (able.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no source can be pulled",
                 .why = "the configuration names only files, or servers that do the counting",
                 .hint = "ctxcap pull --langfuse URL -o calls.jsonl"});
  }
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("{} sources could be pulled", able.size()),
       .why = "a file holds the calls of one source",
       .hint = fmt::format("say which, and its keys: ctxcap pull --langfuse {} --keys {} -o calls.jsonl",
                           printable(able.front()->label(), 120), able.front()->keys)});
}

// A pull knows a job by the name of its trace; another rule would be none here, and all calls would come.
Status check_jobs(const settings::Reading& read) {
  for (const settings::Shown& shown : read.shown) {
    if (shown.origin != settings::Origin::flag || !shown.key.ends_with(".jobs") || !shown.toml.empty())
      continue;
    return fail({.kind = ErrorKind::usage,
                 .what = "--job names a rule, not a job",
                 .why = "a pull knows a job by the name of its trace",
                 .hint = "pull all, and choose with ctxcap analyze --traces FILE --job ..."});
  }
  return {};
}

// Which of the rows will not count, and why: who pulls should know before a night does.
Status tell_uncounted(const std::string& path, World& world, Talk& talk) {
  const SourceSettings file{.kind = find_kind(sources::kinds(), "files"), .where = {path}};
  TRY_ASSIGN(const TraceSummary summary,
             intake::read_sources({.sources = {file}, .all_jobs = true}, world, talk));
  note_skipped(summary.skipped, talk, "", cli::kMostReasons);
  if (summary.used() == 0) talk.note("warning: not one of these rows can be counted");
  return {};
}

Result<ExitCode> run_pull(const PullFlags& flags, const settings::Reading& read, World& world, Talk& talk) {
  TRY(sources::check_pull_path(flags.output));  // not by CLI11's required(): that comes before --help
  TRY(check_jobs(read));
  TRY_ASSIGN(const SourceSettings source, source_of(read.settings));
  TRY_ASSIGN(const sources::PullSummary summary,
             sources::pull(source, flags.output, world,
                           [&](const std::string& name, const sources::Progress& progress) {
                             talk.progress(name, progress.done, progress.total, progress.detail);
                           }));
  talk.note(told(summary, flags.output));
  for (const std::string& note : summary.notes) talk.note("note: " + note);
  if (summary.rows == 0)
    talk.note(nothing_matched(source, summary.other_jobs));
  else
    TRY(tell_uncounted(flags.output, world, talk));
  return ExitCode::done;
}

Runner configure_pull(Parser& parser) {
  const auto flags = std::make_shared<PullFlags>();
  parser.add_option("-o,--output", flags->output, "Where the calls go: .jsonl or .jsonl.zst")
      .type_name("FILE");
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_pull(*flags, read, world, talk);
  };
}

}  // namespace

constinit const Command kPull{
    "pull", "Save model calls from Langfuse in a file; run again to add what is new",
    "  ctxcap pull -o calls.jsonl                                    server and keys from the environment\n"
    "  ctxcap pull --langfuse https://langfuse.example.org -o calls.jsonl.zst --from 7d\n"
    "  ctxcap analyze --traces calls.jsonl                           then, as often as you like\n",
    configure_pull, settings::kPull};

}  // namespace ctxcap::app
