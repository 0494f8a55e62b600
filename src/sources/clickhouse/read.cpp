#include "sources/clickhouse/clickhouse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "base/time.hpp"
#include "sources/clickhouse/query.hpp"
#include "sources/clickhouse/sql.hpp"
#include "sources/servers/patience.hpp"

namespace ctxcap::sources {
namespace {

using Json = nlohmann::json;

constexpr i64 kShortestWindow = kMicrosPerMinute;
constexpr i64 kNear = kMicrosPerHour;  // a row's versions start within so much of each other
constexpr i64 kTrace = kMicrosPerDay;  // a trace begins at most so long before what is nested in it

// What our queries may take of the server, unless its own limits are lower.
constexpr i64 kMemory = i64{4} << 30;     // bytes, all threads together
constexpr i64 kSpillFrom = i64{1} << 30;  // bytes of groups, from which on they go to the disk
constexpr i64 kSeconds = 300;             // of one query
constexpr i64 kMostLines = 20'000'000;    // of one answer

std::string time_text(Instant instant) {
  std::string text = rfc3339(instant);
  text.pop_back();
  text[text.find('T')] = ' ';
  return text;
}

struct DayRows {
  std::string project, day;
  i64 rows = 0;
};

class ClickHouseReader {
 public:
  ClickHouseReader(ClickHouseAddress address, const ClickHouseOptions& options, Http& http, Clock& clock,
                   WindowSink& sink)
      : options_(options),
        clock_(clock),
        sink_(sink),
        client_(std::move(address), options, http),
        patience_(options.patient) {}

  Result<ClickHouseRead> read() {
    TRY(settle_limits());
    TRY(find_tables());
    look_for_far_times();
    TRY(count_days(Generation::events));
    TRY(count_days(Generation::observations));
    if (days_.empty()) return fail(nothing_there());
    for (const DayRows& day : days_) projects_.insert(day.project);
    for (const auto& [key, rows] : windows_) {
      TRY(read_day(key.first, key.second, rows));
      rows_before_ += rows;
    }
    result_.source = client_.base();
    result_.projects.assign(projects_.begin(), projects_.end());
    return result_;
  }

 private:
  // An answer's lines as JSON; asked again where that may help.
  tl::expected<std::vector<Json>, QueryFailure> ask(const std::string& sql, const Parameters& parameters,
                                                    const std::string& begin) {
    for (;;) {
      const auto answer = client_.ask(sql, parameters, begin);
      if (answer) {
        patience_.answered();
        return lines_of(*answer);
      }
      if (!is_waited_for(answer.error())) return tl::unexpected(answer.error());
    }
  }

  Result<std::vector<Json>> rows_of(const std::string& sql, const Parameters& parameters,
                                    const std::string& begin) {
    auto rows = ask(sql, parameters, begin);
    if (!rows) return fail(std::move(rows).error().error);
    return *std::move(rows);
  }

  static std::vector<Json> lines_of(std::string_view text) {
    std::vector<Json> lines;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1);
      Json line = Json::parse(text.substr(0, end + 1), nullptr, false);
      if (line.is_object()) lines.push_back(std::move(line));
      text.remove_prefix(end + 1);
    }
    return lines;
  }

  static std::string text_of(const Json& row, const char* key) {
    const auto found = row.find(key);
    return found != row.end() && found->is_string() ? found->get<std::string>() : "";
  }

  // 64-bit numbers may be quoted.
  static i64 number_of(const Json& row, const char* key) {
    const auto found = row.find(key);
    if (found == row.end()) return 0;
    if (found->is_number_integer()) return found->get<i64>();
    return found->is_string() ? std::strtoll(found->get<std::string>().c_str(), nullptr, 10) : 0;
  }

  // Waits where trying again may help, as long as it may.
  bool is_waited_for(const QueryFailure& failure) {
    if (failure.remedy != Remedy::retry) return false;
    const auto pause = patience_.failed(clock_.elapsed());
    if (!pause) return false;
    if (options_.on_wait) options_.on_wait(std::chrono::ceil<std::chrono::seconds>(*pause));
    clock_.sleep_for(std::chrono::ceil<std::chrono::milliseconds>(*pause));
    return true;
  }

  // A user with readonly = 1 may set nothing: then the server's own limits are all there is.
  Status settle_limits() {
    TRY_ASSIGN(const std::vector<Json> rows, rows_of(settings_sql(), {}, R"({"name":)"));
    std::map<std::string, i64> now;
    for (const Json& row : rows) now[text_of(row, "name")] = number_of(row, "value");
    if (now["readonly"] == 1) return {};
    Settings settings{{"output_format_json_quote_64bit_integers", "0"},
                      {"output_format_json_named_tuples_as_objects", "0"},
                      {"join_use_nulls", "0"},
                      {"max_bytes_before_external_group_by", std::to_string(kSpillFrom)},
                      {"max_result_rows", std::to_string(kMostLines)}};
    const auto at_most = [&](const char* name, i64 limit) {
      if (now[name] == 0 || now[name] > limit) settings[name] = std::to_string(limit);
    };
    at_most("max_memory_usage", kMemory);
    at_most("max_execution_time", kSeconds);
    if (now["readonly"] == 0) settings["readonly"] = "2";
    client_.set(std::move(settings));
    return {};
  }

  Status find_tables() {
    TRY_ASSIGN(const std::vector<Json> rows, rows_of(columns_sql(), {}, R"({"table":)"));
    std::map<std::string, Table> tables;
    for (const Json& row : rows) {
      Table& table = tables[text_of(row, "table")];
      table.name = text_of(row, "table");
      table.columns.insert(text_of(row, "name"));
    }
    const auto usable = [](const Table& table, const char* id) {
      for (const std::string column : {id, "project_id", "trace_id", "start_time", "type", "level",
                                       "usage_details", "provided_usage_details", "event_ts", "is_deleted"}) {
        if (!table.columns.contains(column)) return false;
      }
      return true;
    };
    // The core table holds the same rows with short bodies; the full one is for servers without it.
    for (const char* name : {"events_full", "events_core"}) {
      if (usable(tables[name], "span_id")) tables_.events = tables[name];
    }
    if (usable(tables["observations"], "id")) tables_.observations = tables["observations"];
    if (tables["traces"].columns.contains("event_ts") && tables["traces"].columns.contains("tags"))
      tables_.traces = tables["traces"];
    if (!tables_.events.name.empty() || !tables_.observations.name.empty()) return {};
    return fail({.kind = ErrorKind::unreachable,
                 .what = "ClickHouse at " + client_.base() + " shows no tables of Langfuse",
                 .why = rows.empty()
                            ? "its database has no events_core and no observations that this user may read"
                            : "this user may not read all columns, or they are not Langfuse's",
                 .hint = "name Langfuse's database with --clickhouse 'http://HOST:8123/?database=NAME', or "
                         "GRANT SELECT on its tables"});
  }

  // Where that cannot be told, times are taken as they are.
  void look_for_far_times() {
    if (tables_.observations.name.empty()) return;
    const auto rows = ask(far_times_sql(tables_), {}, R"({"rows":)");
    const bool has_some = rows && !rows->empty() && number_of(rows->front(), "rows") > 0;
    tables_.observations.has_far_times = has_some;
    tables_.traces.has_far_times = has_some && !tables_.traces.name.empty();
    result_.has_far_times = has_some;
  }

  Parameters parameters(Instant from, Instant to, const std::vector<std::string>& projects) const {
    return {{"projects", array_text(projects)},
            {"environments", array_text(options_.environments)},
            {"from", time_text(from)},
            {"to", time_text(to)}};
  }

  const Table& table_of(Generation generation) const {
    return generation == Generation::events ? tables_.events : tables_.observations;
  }

  Status count_days(Generation generation) {
    if (table_of(generation).name.empty()) return {};
    const Instant from = options_.from.value_or(Instant{0});
    const Instant to = options_.to.value_or(Instant{i64{80'000} * kMicrosPerDay});  // 2189
    const std::size_t known = days_.size();
    TRY(count_days(generation, from, to));
    if (days_.size() > known) result_.tables.push_back(table_of(generation).name);
    return {};
  }

  // Counting alone may be too much for a server.
  Status count_days(Generation generation, Instant from, Instant to) {
    const auto rows =
        ask(days_sql(tables_, generation), parameters(from, to, options_.projects), R"({"project":)");
    if (!rows) {
      const i64 length = to.micros - from.micros;
      if (rows.error().remedy != Remedy::narrow || length <= kShortestWindow) return fail(rows.error().error);
      const Instant middle{from.micros + std::max(length / 2, kShortestWindow)};
      TRY(count_days(generation, from, middle));
      return count_days(generation, middle, to);
    }
    for (const Json& row : *rows) {
      const DayRows& day =
          days_.emplace_back(DayRows{text_of(row, "project"), text_of(row, "day"), number_of(row, "rows")});
      const std::optional<Instant> start = parse_time(day.day + "T00:00:00Z");
      if (!start) continue;
      windows_[{generation, *start}] += day.rows;
      rows_in_all_ += day.rows;
    }
    return {};
  }

  Status read_day(Generation generation, Instant day, i64 rows) {
    Instant at = std::max(day, options_.from.value_or(day));
    const Instant day_end =
        std::min(Instant{day.micros + kMicrosPerDay}, options_.to.value_or(Instant{day.micros + kMicrosPerDay}));
    while (at < day_end) {
      const Instant end = std::min(Instant{at.micros + span_}, day_end);
      const auto done = read_window(generation, at, end, rows);
      if (done) {
        at = end;
        continue;
      }
      const i64 length = end.micros - at.micros;
      if (done.error().remedy != Remedy::narrow || length <= kShortestWindow) return fail(done.error().error);
      span_ = std::max(length / 2, kShortestWindow);
    }
    return {};
  }

  tl::expected<void, QueryFailure> read_window(Generation generation, Instant from, Instant to, i64 rows) {
    Parameters bound = parameters(from, to, {projects_.begin(), projects_.end()});
    bound["near_from"] = time_text({from.micros - kNear});
    bound["near_to"] = time_text({to.micros + kNear});
    bound["roots_from"] = time_text({from.micros - kTrace});
    if (!options_.tags.empty()) bound["tags"] = array_text(options_.tags);
    const std::string sql = groups_sql(tables_, generation, !options_.tags.empty());
    const i64 day = from.micros - from.micros % kMicrosPerDay;
    const double part = static_cast<double>(from.micros - day) / static_cast<double>(kMicrosPerDay);
    const i64 before = rows_before_ + static_cast<i64>(part * static_cast<double>(rows));
    for (;;) {
      sink_.begin({client_.base(), table_of(generation).name, from, to, before, rows_in_all_});
      const auto done = client_.stream(sql, bound, R"({"counted":)",
                                       [&](std::string_view bytes) { return sink_.take(bytes); });
      if (done) break;
      if (!is_waited_for(done.error())) return done;
    }
    patience_.answered();
    if (const Status committed = sink_.commit(); !committed)
      return tl::unexpected(QueryFailure{.error = committed.error()});
    ++result_.windows;
    return {};
  }

  Error nothing_there() const {
    const bool filtered =
        options_.from || options_.to || !options_.projects.empty() || !options_.environments.empty();
    return {.kind = ErrorKind::withheld,
            .what = "ClickHouse at " + client_.base() + " holds no observations to read",
            .why = filtered ? "none lies in the projects, environments and the time asked for"
                            : "Langfuse's tables are empty",
            .hint = filtered ? "widen --from and --to, and check the id of --project"
                             : "check that this is the database that Langfuse writes to"};
  }

  const ClickHouseOptions& options_;
  Clock& clock_;
  WindowSink& sink_;
  ClickHouseClient client_;
  Patience patience_;
  Tables tables_;
  std::vector<DayRows> days_;
  std::map<std::pair<Generation, Instant>, i64> windows_;  // rows of each day
  std::set<std::string> projects_;
  i64 span_ = kMicrosPerDay;  // µs; the longest window that the server may still manage
  i64 rows_before_ = 0, rows_in_all_ = 0;
  ClickHouseRead result_;
};

}  // namespace

Result<ClickHouseRead> read_clickhouse(const ClickHouseOptions& options, Http& http, Clock& clock,
                                       WindowSink& sink) {
  TRY_ASSIGN(ClickHouseAddress address, clickhouse_address(options.url, options.database));
  return ClickHouseReader(std::move(address), options, http, clock, sink).read();
}

}  // namespace ctxcap::sources
