#include "app/langfuse_flags.hpp"

#include <fmt/format.h>

#include "app/parser.hpp"
#include "app/talk.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

constexpr int kMostConcurrency = 32;

Error wrong(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

}  // namespace

void add_langfuse_flags(Parser& parser, LangfuseFlags& flags) {
  // Without a value it means the server that the environment names.
  parser
      .add_option(
          "--langfuse",
          [&flags](const std::vector<std::string>& values) {
            flags.given = true;
            flags.url = values.empty() ? "" : values.front();
          },
          "Read model calls from Langfuse (default: LANGFUSE_BASE_URL; keys: LANGFUSE_PUBLIC_KEY and "
          "LANGFUSE_SECRET_KEY)")
      .type_name("URL")
      .value_optional();
  parser.add_option("--limit", flags.limit, "The newest so many calls only").type_name("N");
  parser.add_option("--concurrency", flags.concurrency, "Requests to Langfuse at once").show_default();
}

Result<sources::LangfuseOptions> settle_langfuse(const LangfuseFlags& flags, const CallFilters& filters,
                                                 World& world) {
  sources::LangfuseOptions options;
  if (flags.limit && *flags.limit < 1) {
    return fail(wrong(fmt::format("--limit cannot be {}", *flags.limit), "it is a number of calls, 1 or more",
                      "leave it out for all, or write it like --limit 10000"));
  }
  if (flags.concurrency < 1 || flags.concurrency > kMostConcurrency) {
    return fail(wrong(fmt::format("--concurrency cannot be {}", flags.concurrency),
                      fmt::format("it is a number of requests from 1 to {}", kMostConcurrency),
                      "the default is --concurrency 4"));
  }
  TRY_ASSIGN(options.query.from, settle_moment(filters.from, "--from", world.clock.now()));
  TRY_ASSIGN(options.query.to, settle_moment(filters.to, "--to", world.clock.now()));
  options.query.jobs = filters.jobs;
  options.query.models = filters.models;
  options.query.environments = filters.environments;
  options.query.tags = filters.tags;
  options.query.limit = flags.limit.value_or(0);
  options.concurrency = flags.concurrency;
  TRY_ASSIGN(options.server, sources::langfuse_server(flags.url, world.environment, world.files));
  return options;
}

sources::OnPullProgress pull_progress(const std::string& name, World& world, Talk& talk) {
  const auto begun = world.clock.elapsed();
  return [name, begun, &world, &talk](const sources::PullProgress& progress) {
    const double seconds = std::chrono::duration<double>(world.clock.elapsed() - begun).count();
    std::string detail =
        fmt::format("{}  {}", counted(progress.pages, "page"), counted(progress.rows, "row"));
    if (seconds > 0) {
      detail += fmt::format("  {} rows/s",
                            with_commas(static_cast<i64>(static_cast<double>(progress.rows) / seconds)));
    }
    if (progress.wait.count() > 0) detail += fmt::format("  waiting {} s", progress.wait.count());
    talk.progress(name, static_cast<i64>(progress.share * 1000), 1000, detail);
  };
}

}  // namespace ctxcap::app
