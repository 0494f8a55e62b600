#include "sources/clickhouse/clickhouse.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "ports/world.hpp"
#include "sources/check.hpp"
#include "sources/servers/credentials.hpp"

namespace ctxcap::sources {
namespace {

Result<ClickHouseOptions> options_of(const SourceSettings& source, World& world) {
  if (source.job_rule.starts_with("field")) {
    return fail({.kind = ErrorKind::usage,
                 .what = "--job " + printable(source.job_rule, 60) + " does not go with --clickhouse",
                 .why = "its rows are counted by the server, by trace name, name, prompt and tag",
                 .hint = "pull the rows with ctxcap pull, and read them with --traces"});
  }
  ClickHouseOptions options{.url = source.label(),
                            .projects = source.projects,
                            .environments = source.environments,
                            .tags = source.tags,
                            .patient = source.patient};
  TRY_ASSIGN(options.from, moment(source.from, "--from", world.clock.now()));
  TRY_ASSIGN(options.to, moment(source.to, "--to", world.clock.now()));
  const Credentials credentials(source, world.environment, world.files);
  options.user = credentials.variable("USER");
  options.database = credentials.variable("DB");
  TRY_ASSIGN(options.password, credentials.secret("PASSWORD"));
  return options;
}

Status check_server(const SourceSettings& source, World& world) {
  TRY(options_of(source, world));
  return {};
}

Status read_groups(const SourceSettings& source, World& world, Sink& sink) {
  TRY_ASSIGN(ClickHouseOptions options, options_of(source, world));
  options.on_wait = [&](std::chrono::seconds pause) {
    sink.progress(source.label(), {.detail = fmt::format("no answer  waiting {} s", pause.count())});
  };
  TRY_ASSIGN(const ClickHouseRead told, read_clickhouse(options, world.http, world.clock, sink));
  if (told.has_far_times)
    sink.note(
        "some times in observations are 1,000 times what they should be, as Langfuse 4.16.0 writes them into "
        "ClickHouse 26.8 and later; they were divided");
  if (options.projects.empty() && told.projects.size() > 1) {
    sink.note(fmt::format("these are {} projects together ({}); --project ID takes one", told.projects.size(),
                          printable(join(told.projects, ", "), 120)));
  }
  return {};
}

constexpr std::array<std::string_view, 5> kTakes = {"environment", "tags", "projects", "from", "to"};

}  // namespace

constinit const Kind kClickHouse{
    .row = {.word = "clickhouse",
            .flag = "--clickhouse",
            .value = "URL",
            .example = "\"http://127.0.0.1:8123\"",
            .help = "Langfuse's ClickHouse, which counts by itself; http://HOST:8123",
            .where = SourceKind::Where::url,
            .keys = "CLICKHOUSE",
            .takes = kTakes},
    .read = read_groups,
    .check = check_server};

}  // namespace ctxcap::sources
