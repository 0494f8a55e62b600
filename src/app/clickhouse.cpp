#include "app/clickhouse.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::app {
namespace {

// A window's groups become a summary of their own, which joins the others only when the window is complete.
class Windows final : public sources::WindowSink {
 public:
  Windows(const std::string& url, int threads, Talk& talk)
      : url_(url.substr(0, url.find_first_of("?#"))),
        talk_(talk),
        ingestor_({.threads = threads}, [this](const ingest::Progress& progress) { show(progress.rows); }) {}

  void begin(const Window& window) override {
    (void)ingestor_.finish();
    window_ = window;
    ingestor_.begin(url_ + " " + window.table);
    show(0);
  }

  Status take(std::string_view bytes) override { return ingestor_.feed(bytes); }

  Status commit() override {
    TRY(ingestor_.end());
    TraceSummary summary = ingestor_.finish();
    const std::string place = fmt::format("{} from {}", window_.table, rfc3339(window_.from));
    for (Skip& skip : summary.skipped) skip.first = place;
    for (Skip& skip : summary.remarks) skip.first = place;
    all_.merge(std::move(summary));
    return {};
  }

  TraceSummary all() && { return std::move(all_); }

 private:
  void show(i64 rows) {
    const i64 done = window_.rows_before + rows;
    talk_.progress("ClickHouse", done, std::max(done, window_.rows_in_all),
                   fmt::format("{}  {} rows", iso_date(day_of(window_.from)), with_commas(done)));
  }

  std::string url_;
  Talk& talk_;
  Window window_;
  ingest::Ingestor ingestor_;
  TraceSummary all_;
};

// The names that were asked for and the others apart; how many requests are left out.
i64 keep_only(const ClickHouseSource& source, std::vector<Demand>& demands) {
  i64 left_out = 0;
  const auto wanted = [](const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  };
  std::erase_if(demands, [&](const Demand& demand) {
    if (wanted(source.jobs, demand.job) && wanted(source.models, demand.model)) return false;
    left_out += demand.pooled().prompt.count();
    return true;
  });
  return left_out;
}

// Without the tag that traces leave out too.
std::string without_latest(std::string name) {
  constexpr std::string_view kLatest = ":latest";
  if (name.ends_with(kLatest)) name.resize(name.size() - kLatest.size());
  return name;
}

Result<std::optional<Instant>> time_of(const std::string& text, const char* flag, World& world) {
  if (text.empty()) return std::optional<Instant>{};
  const auto time = parse_when(text, world.clock.now());
  if (time) return time;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} cannot be \"{}\"", flag, printable(text, 40)),
               .why = "it is a time like 2026-10-01T00:00:00Z, a date, or how long ago: 7d, 36h",
               .hint = fmt::format("write it like {} 7d", flag)});
}

Result<std::string> secret_of(const std::string& name, World& world) {
  if (const auto value = world.environment.get(name)) return *value;
  const auto file = world.environment.get(name + "_FILE");
  if (!file || file->empty()) return std::string();
  TRY_ASSIGN(std::string text, world.files.read_all(*file));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

void add_clickhouse_flags(CLI::App& parser, ClickHouseFlags& flags) {
  parser
      .add_option("--clickhouse", flags.url,
                  "Langfuse's ClickHouse, which counts by itself; http://HOST:8123")
      ->type_name("URL");
  parser.add_option("--from", flags.from, "Rows that started then or later: a time, a date, or 7d, 36h ago")
      ->type_name("TIME");
  parser.add_option("--to", flags.to, "Rows that started before")->type_name("TIME");
  parser.add_option("--project", flags.projects, "Ids of projects (default: all)")->type_name("ID");
  parser.add_option("--environment", flags.environments, "Environments (default: all)")->type_name("NAME");
  parser.add_option("--job", flags.jobs, "Only these jobs")->type_name("JOB");
  parser.add_option("--model", flags.models, "Only these models")->type_name("MODEL");
}

Result<std::optional<ClickHouseSource>> settle_clickhouse(const ClickHouseFlags& flags, World& world) {
  if (flags.url.empty()) {
    const bool alone = !flags.from.empty() || !flags.to.empty() || !flags.projects.empty() ||
                       !flags.environments.empty() || !flags.jobs.empty() || !flags.models.empty();
    if (!alone) return std::optional<ClickHouseSource>{};
    return fail(
        {.kind = ErrorKind::usage,
         .what = "there is nothing that the time, the project or the names could choose from",
         .why = "--from, --to, --project, --environment, --job and --model go with a server",
         .hint = "add --clickhouse http://HOST:8123"});
  }
  ClickHouseSource source{.jobs = flags.jobs};
  for (const std::string& model : flags.models) source.models.push_back(without_latest(model));
  source.options = {.url = flags.url, .projects = flags.projects, .environments = flags.environments};
  TRY_ASSIGN(source.options.from, time_of(flags.from, "--from", world));
  TRY_ASSIGN(source.options.to, time_of(flags.to, "--to", world));
  source.options.user = world.environment.get("CLICKHOUSE_USER").value_or("");
  source.options.database = world.environment.get("CLICKHOUSE_DB").value_or("");
  TRY_ASSIGN(source.options.password, secret_of("CLICKHOUSE_PASSWORD", world));
  return std::optional(std::move(source));
}

Result<TraceSummary> read_clickhouse(const ClickHouseSource& source, int threads, World& world, Talk& talk) {
  Windows windows(source.options.url, threads, talk);
  const auto read = sources::read_clickhouse(source.options, world.http, world.clock, windows);
  talk.clear();
  if (!read) return fail(read.error());
  if (source.options.projects.empty() && read->projects.size() > 1) {
    talk.note(fmt::format("note: these are {} projects together ({}); --project ID takes one",
                          read->projects.size(), printable(join(read->projects, ", "), 120)));
  }
  TraceSummary summary = std::move(windows).all();
  if (const i64 left_out = keep_only(source, summary.demands); left_out > 0)
    talk.note(fmt::format("note: {} requests of other jobs and models are left out", with_commas(left_out)));
  return summary;
}

}  // namespace ctxcap::app
