#include "app/langfuse_flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/talk.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

constexpr int kMostConcurrency = 32;

Error wrong(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

Result<std::optional<Instant>> moment(const std::string& text, const char* flag, World& world) {
  if (text.empty()) return std::optional<Instant>{};
  const auto read = read_moment(text, world.clock.now());
  if (read) return read;
  return fail(wrong(fmt::format("{} cannot be \"{}\"", flag, printable(text, 40)), "it is no time",
                    fmt::format("write it like {} 7d, {} 36h or {} 2026-11-01T00:00:00Z", flag, flag, flag)));
}

}  // namespace

std::optional<Instant> read_moment(std::string_view text, Instant now) {
  constexpr i64 kMinute = 60'000'000;  // µs
  if (const auto time = parse_time(text)) return time;
  if (const auto midnight = parse_time(std::string(text) + "T00:00:00Z")) return midnight;
  if (text.size() < 2) return std::nullopt;
  const auto count = parse_integer(text.substr(0, text.size() - 1));
  if (!count || *count < 0 || *count > 1'000'000) return std::nullopt;
  switch (text.back()) {
    case 'm':
      return Instant{now.micros - *count * kMinute};
    case 'h':
      return Instant{now.micros - *count * 60 * kMinute};
    case 'd':
      return Instant{now.micros - *count * 24 * 60 * kMinute};
    case 'w':
      return Instant{now.micros - *count * 7 * 24 * 60 * kMinute};
    default:
      return std::nullopt;
  }
}

void add_langfuse_flags(CLI::App& parser, LangfuseFlags& flags) {
  // Without a value it means the server that the environment names.
  parser
      .add_option(
          "--langfuse",
          [&flags](const CLI::results_t& values) {
            flags.given = true;
            flags.url = values.empty() ? "" : values.front();
            return true;
          },
          "Read model calls from Langfuse (default: LANGFUSE_BASE_URL; keys: LANGFUSE_PUBLIC_KEY and "
          "LANGFUSE_SECRET_KEY)")
      ->type_name("URL")
      ->expected(0, 1);
  parser.add_option("--from", flags.from, "Calls since then: 7d, 36h or RFC 3339 (default 30d)")
      ->type_name("TIME");
  parser.add_option("--to", flags.to, "Calls before then (default and latest: 30 minutes ago)")
      ->type_name("TIME");
  parser.add_option("--model", flags.models, "Calls of these models only")->type_name("NAME");
  parser.add_option("--environment", flags.environments, "Calls in these environments only")
      ->type_name("NAME");
  parser.add_option("--trace-tag", flags.tags, "Calls in traces with one of these tags only")
      ->type_name("TAG");
  parser.add_option("--limit", flags.limit, "The newest so many calls only")->type_name("N");
  parser.add_option("--concurrency", flags.concurrency, "Requests to Langfuse at once")
      ->capture_default_str();
}

Result<sources::LangfuseOptions> settle_langfuse(const LangfuseFlags& flags, World& world) {
  sources::LangfuseOptions options;
  if (flags.limit < 0) {
    return fail(wrong(fmt::format("--limit cannot be {}", flags.limit), "it is a number of calls",
                      "leave it out for all, or write it like --limit 10000"));
  }
  if (flags.concurrency < 1 || flags.concurrency > kMostConcurrency) {
    return fail(wrong(fmt::format("--concurrency cannot be {}", flags.concurrency),
                      fmt::format("it is a number of requests from 1 to {}", kMostConcurrency),
                      "the default is --concurrency 4"));
  }
  TRY_ASSIGN(options.query.from, moment(flags.from, "--from", world));
  TRY_ASSIGN(options.query.to, moment(flags.to, "--to", world));
  options.query.jobs = flags.jobs;
  options.query.models = flags.models;
  options.query.environments = flags.environments;
  options.query.tags = flags.tags;
  options.query.limit = flags.limit;
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
