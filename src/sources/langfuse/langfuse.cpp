#include "sources/langfuse/langfuse.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "base/units.hpp"
#include "ports/world.hpp"
#include "sources/check.hpp"
#include "sources/langfuse/pull.hpp"
#include "sources/langfuse/server.hpp"

namespace ctxcap::sources {
namespace {

using namespace langfuse;

constexpr const char* kOfEnvironment = "auto";

// Not the jobs: what a row's job is, is said where it is read.
Result<Options> options_of(const SourceSettings& source, World& world) {
  Options options;
  TRY_ASSIGN(options.query.from, moment(source.from, "--from", world.clock.now()));
  TRY_ASSIGN(options.query.to, moment(source.to, "--to", world.clock.now()));
  options.query.models = source.models;
  options.query.environments = source.environments;
  options.query.tags = source.tags;
  options.query.limit = source.limit.value_or(0);
  options.query.lengths = source.lengths;
  options.concurrency = static_cast<int>(source.concurrency);
  options.patient = source.patient;
  const std::string url = source.label() == kOfEnvironment ? "" : source.label();
  TRY_ASSIGN(options.server, find_server(url, Credentials(source, world.environment, world.files)));
  return options;
}

OnPullProgress progress_of(const std::string& name, Clock& clock, const OnProgress& on_progress) {
  if (!on_progress) return {};
  return [name, begun = clock.elapsed(), &clock, on_progress](const PullProgress& progress) {
    const double seconds = std::chrono::duration<double>(clock.elapsed() - begun).count();
    std::string detail =
        fmt::format("{}  {}", counted(progress.pages, "page"), counted(progress.rows, "row"));
    if (seconds > 0) {
      detail += fmt::format("  {} rows/s",
                            with_commas(static_cast<i64>(static_cast<double>(progress.rows) / seconds)));
    }
    if (progress.wait.count() > 0) detail += fmt::format("  waiting {} s", progress.wait.count());
    on_progress(name, {.done = static_cast<i64>(progress.share * 1000), .total = 1000, .detail = detail});
  };
}

// The server's pace is what one sees; what it gave is read in no time.
Status read_calls(const SourceSettings& source, World& world, Sink& sink) {
  TRY_ASSIGN(const Options options, options_of(source, world));
  const auto show = [&](const std::string& name, const Progress& progress) { sink.progress(name, progress); };
  TRY_ASSIGN(const ReadRows rows, read_rows(options, {world.http, world.clock, world.files},
                                            progress_of(options.server.url, world.clock, show)));
  for (const std::string& note : rows.notes) sink.note(note);
  return sink.rows({.name = options.server.url, .stream = rows.stream.get()});
}

Status check_server(const SourceSettings& source, World& world) {
  const bool named = !source.where.empty();
  if (!named && !is_in_environment(Credentials(source, world.environment, world.files))) {
    return fail({.kind = ErrorKind::usage,
                 .what = "nothing to pull from",
                 .why = "neither --langfuse nor LANGFUSE_BASE_URL names a server",
                 .hint = "set LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY, or name the "
                         "server with --langfuse URL"});
  }
  TRY(options_of(source, world));
  return {};
}

Result<PullSummary> pull_into(const SourceSettings& source, const std::string& path, World& world,
                              const OnProgress& on_progress) {
  TRY_ASSIGN(Options options, options_of(source, world));
  options.query.jobs = source.jobs;
  return langfuse::pull(options, path, {world.http, world.clock, world.files},
                        progress_of(options.server.url, world.clock, on_progress));
}

std::vector<Error> missing_keys(const SourceSettings& source, World& world) {
  const Credentials credentials(source, world.environment, world.files);
  std::vector<Error> doubts;
  for (const char* part : {"PUBLIC_KEY", "SECRET_KEY"}) {
    if (auto doubt = credentials.doubt(part, source)) doubts.push_back(*std::move(doubt));
  }
  return doubts;
}

constexpr std::array<std::string_view, 7> kTakes = {"environment", "tags",        "from",        "to",
                                                    "limit",       "concurrency", "with_lengths"};

}  // namespace

constinit const Kind kLangfuse{
    .row = {.word = "langfuse",
            .flag = "--langfuse",
            .value = "URL",
            .example = "\"https://langfuse.example.org\"",
            .help = "Read model calls from Langfuse; auto is the server of LANGFUSE_BASE_URL",
            .where = SourceKind::Where::url,
            .alone = "auto",
            .keys = "LANGFUSE",
            .keys_choose = true,
            .pulls = true,
            .takes = kTakes},
    .read = read_calls,
    .check = check_server,
    .doubts = missing_keys,
    .pull = pull_into};

}  // namespace ctxcap::sources
