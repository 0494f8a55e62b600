#include "app/clickhouse.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/parser.hpp"
#include "app/pushed_rows.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

// A window's groups become a summary of their own, which joins the others only when the window is complete.
class Windows final : public sources::WindowSink {
 public:
  Windows(const std::string& url, ingest::Options options, Talk& talk)
      : url_(url.substr(0, url.find_first_of("?#"))), options_(std::move(options)), talk_(talk) {}

  void begin(const Window& window) override {
    rows_.reset();  // what broke off
    window_ = window;
    show(0);
    rows_.emplace(url_ + " " + window.table, options_,
                  [this](const ingest::Progress& progress) { show(progress.rows); });
  }

  Status take(std::string_view bytes) override { return rows_->push(bytes); }

  Status commit() override {
    TRY_ASSIGN(TraceSummary summary, rows_->finish());
    rows_.reset();
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

  const std::string url_;
  const ingest::Options options_;
  Talk& talk_;
  Window window_;
  std::optional<PushedRows> rows_;
  TraceSummary all_;
};

Result<std::string> secret_of(const std::string& name, World& world) {
  if (const auto value = world.environment.get(name)) return *value;
  const auto file = world.environment.get(name + "_FILE");
  if (!file || file->empty()) return std::string();
  TRY_ASSIGN(std::string text, world.files.read_all(*file));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

void add_clickhouse_flags(Parser& parser, ClickHouseFlags& flags) {
  parser
      .add_option("--clickhouse", flags.url,
                  "Langfuse's ClickHouse, which counts by itself; http://HOST:8123")
      .type_name("URL");
  parser.add_option("--project", flags.projects, "Ids of projects (default: all)").type_name("ID");
}

Result<std::optional<sources::ClickHouseOptions>> settle_clickhouse(const ClickHouseFlags& flags,
                                                                    const CallFilters& filters,
                                                                    World& world) {
  if (flags.url.empty()) {
    if (flags.projects.empty()) return std::optional<sources::ClickHouseOptions>{};
    return fail({.kind = ErrorKind::usage,
                 .what = "there is no server to take the project from",
                 .why = "--project goes with --clickhouse; a key of Langfuse's API is of one project",
                 .hint = "add --clickhouse http://HOST:8123"});
  }
  sources::ClickHouseOptions options{.url = flags.url,
                                     .projects = flags.projects,
                                     .environments = filters.environments,
                                     .tags = filters.tags};
  TRY_ASSIGN(options.from, settle_moment(filters.from, "--from", world.clock.now()));
  TRY_ASSIGN(options.to, settle_moment(filters.to, "--to", world.clock.now()));
  options.user = world.environment.get("CLICKHOUSE_USER").value_or("");
  options.database = world.environment.get("CLICKHOUSE_DB").value_or("");
  TRY_ASSIGN(options.password, secret_of("CLICKHOUSE_PASSWORD", world));
  return std::optional(std::move(options));
}

Result<TraceSummary> read_clickhouse(const sources::ClickHouseOptions& options, ingest::Options reading,
                                     World& world, Talk& talk) {
  Windows windows(options.url, std::move(reading), talk);
  const auto read = sources::read_clickhouse(options, world.http, world.clock, windows);
  talk.clear();
  if (!read) return fail(read.error());
  if (options.projects.empty() && read->projects.size() > 1) {
    talk.note(fmt::format("note: these are {} projects together ({}); --project ID takes one",
                          read->projects.size(), printable(join(read->projects, ", "), 120)));
  }
  return std::move(windows).all();
}

}  // namespace ctxcap::app
