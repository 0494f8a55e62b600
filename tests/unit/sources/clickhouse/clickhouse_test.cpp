// The queries that ClickHouse gets, and what is made of its answers and of its errors.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sources/clickhouse/query.hpp"
#include "sources/clickhouse/sql.hpp"
#include "support/fake_clock.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using sources::Remedy;

namespace {

constexpr const char* kDay = "{\"project\":\"p\",\"day\":\"2026-10-01\",\"rows\":10}\n";
constexpr const char* kRow = "{\"counted\":1,\"groups\":[]}\n";

HttpResponse exception(std::string text, int status = 500) {
  return {.status = status,
          .headers = {{"x-clickhouse-exception-code", text.substr(6, text.find('.') - 6)}},
          .body = text};
}

// A server with the newer table and one day of rows; `window` answers for the groups of a window.
class FakeServer final : public Http {
 public:
  std::function<Result<HttpResponse>(const HttpRequest&, int attempt)> window = [](const HttpRequest&, int) {
    return HttpResponse{.status = 200, .body = kRow};
  };
  std::string days = kDay, readonly = "0", limits;
  std::function<HttpResponse(const HttpRequest&)> count = [this](const HttpRequest&) {
    return HttpResponse{.status = 200, .body = days};
  };
  std::set<std::string> missing;  // columns
  std::vector<HttpRequest> diary;
  int windows = 0;

  Result<HttpResponse> send(const HttpRequest& request) override {
    diary.push_back(request);
    if (request.body.find("system.settings") != std::string::npos)
      return HttpResponse{.status = 200,
                          .body = "{\"name\":\"readonly\",\"value\":\"" + readonly + "\"}\n" + limits};
    if (request.body.find("system.columns") != std::string::npos) return columns();
    if (request.url.find("param_near_from") == std::string::npos) return count(request);
    Result<HttpResponse> response = window(request, ++windows);
    if (!response || response->status != 200 || !request.on_body) return response;
    // In pieces of three bytes.
    for (std::size_t at = 0; at < response->body.size(); at += 3) {
      if (!request.on_body(std::string_view(response->body).substr(at, 3)))
        return fail({.kind = ErrorKind::unreachable, .what = "ended by the reader"});
    }
    response->body.clear();
    return response;
  }

 private:
  HttpResponse columns() const {
    std::string body;
    for (const std::string column :
         {"project_id", "trace_id", "span_id", "parent_span_id", "start_time", "type", "level",
          "usage_details", "provided_usage_details", "event_ts", "is_deleted"}) {
      if (!missing.contains(column))
        body += fmt::format("{{\"table\":\"events_core\",\"name\":\"{}\"}}\n", column);
    }
    return {.status = 200, .body = body};
  }
};

// "begin FROM..TO", what was taken, "commit".
class Diary final : public sources::WindowSink {
 public:
  std::vector<std::string> lines;
  Status answer;
  void begin(const Window& window) override {
    lines.push_back(fmt::format("{} {}..{}", window.table, rfc3339(window.from), rfc3339(window.to)));
  }
  Status take(std::string_view bytes) override {
    if (lines.back().starts_with("events")) lines.emplace_back("took ");
    lines.back() += bytes;
    return answer;
  }
  Status commit() override {
    lines.emplace_back("commit");
    return {};
  }
};

struct Reading {
  FakeServer server;
  FakeClock clock;
  Diary sink;
  sources::ClickHouseOptions options{.url = "http://db:8123/", .user = "reader", .password = "s3cret"};
  Result<sources::ClickHouseRead> read() { return sources::read_clickhouse(options, server, clock, sink); }
};

}  // namespace

TEST_CASE("a day is asked for as one window, with everything bound and nothing pasted") {
  Reading reading;
  reading.options.projects = {"it's \\ mine"};
  reading.options.environments = {"prod"};
  const auto read = reading.read();
  REQUIRE(read);
  CHECK(read->source == "http://db:8123");
  CHECK(read->tables == std::vector<std::string>{"events_core"});
  CHECK(read->windows == 1);
  CHECK(reading.sink.lines ==
        std::vector<std::string>{"events_core 2026-10-01T00:00:00Z..2026-10-02T00:00:00Z",
                                 std::string("took ") + kRow, "commit"});
  const HttpRequest& last = reading.server.diary.back();
  CHECK(last.method == "POST");
  CHECK(last.url.starts_with("http://db:8123/?"));
  CHECK(last.url.find("param_from=2026-10-01%2000%3A00%3A00&") != std::string::npos);
  CHECK(last.url.find("param_near_to=2026-10-02%2001%3A00%3A00") != std::string::npos);
  CHECK(last.url.find("param_projects=%5B%27p%27%5D") != std::string::npos);
  CHECK(last.url.find("param_environments=%5B%27prod%27%5D") != std::string::npos);
  const HttpRequest& days = reading.server.diary[2];
  CHECK(days.url.find("param_projects=%5B%27it%5C%27s%20%5C%5C%20mine%27%5D") != std::string::npos);
  for (const HttpRequest& request : reading.server.diary) {
    CHECK(request.url.find("s3cret") == std::string::npos);
    CHECK(request.body.find("mine") == std::string::npos);
    CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{
                                 {"X-ClickHouse-User", "reader"}, {"X-ClickHouse-Key", "s3cret"}});
  }
}

TEST_CASE("a part of a day is asked for where the time begins and ends") {
  Reading reading;
  reading.server.days =
      "{\"project\":\"p\",\"day\":\"2026-10-01\",\"rows\":\"10\"}\n{\"project\":\"q\",\"day\":\"2026-10-01\","
      "\"rows\":1}\n"
      "{\"project\":\"p\",\"day\":\"2026-10-03\",\"rows\":5}\n";
  reading.options.from = *parse_time("2026-10-01T06:00:00Z");
  reading.options.to = *parse_time("2026-10-03T12:30:00Z");
  const auto read = reading.read();
  REQUIRE(read);
  CHECK(read->projects == std::vector<std::string>{"p", "q"});
  CHECK(reading.sink.lines[0] == "events_core 2026-10-01T06:00:00Z..2026-10-02T00:00:00Z");
  CHECK(reading.sink.lines[3] == "events_core 2026-10-03T00:00:00Z..2026-10-03T12:30:00Z");
  CHECK(reading.sink.lines.size() == 6);
}

TEST_CASE("settings tighten what the server allows, and never widen it") {
  const auto settings = [](const std::string& readonly, const std::string& limits) {
    Reading reading;
    reading.server.readonly = readonly;
    reading.server.limits = limits;
    REQUIRE(reading.read());
    return reading.server.diary.back().url;
  };
  const std::string free = settings("0", "");
  CHECK(free.find("readonly=2") != std::string::npos);
  CHECK(free.find("max_execution_time=300") != std::string::npos);
  CHECK(free.find("max_memory_usage=4294967296") != std::string::npos);
  CHECK(free.find("max_bytes_before_external_group_by=") != std::string::npos);
  // Who only reads may not say so again, but may set limits; lower ones stay.
  const std::string reader = settings("2", "{\"name\":\"max_memory_usage\",\"value\":\"1000000\"}\n");
  CHECK(reader.find("readonly=") == std::string::npos);
  CHECK(reader.find("max_memory_usage") == std::string::npos);
  CHECK(reader.find("max_execution_time=300") != std::string::npos);
  CHECK(settings("1", "").find("max_") == std::string::npos);
}

TEST_CASE("a window that is too much is halved, and later ones begin at that size") {
  const std::string memory =
      "Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)";
  Reading reading;
  reading.server.days += "{\"project\":\"p\",\"day\":\"2026-10-02\",\"rows\":5}\n";
  reading.server.window = [&](const HttpRequest&, int attempt) {
    return attempt <= 2 ? exception(memory) : HttpResponse{.status = 200, .body = kRow};
  };
  const auto read = reading.read();
  REQUIRE(read);
  CHECK(read->windows == 8);
  CHECK(reading.server.windows == 10);
  CHECK(reading.sink.lines[2] == "events_core 2026-10-01T00:00:00Z..2026-10-01T06:00:00Z");
  CHECK(reading.clock.sleeps == 0);

  // Down to a minute; then it is an error.
  Reading never;
  never.server.window = [&](const HttpRequest&, int) { return exception(memory); };
  const auto failed = never.read();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().why == "code 241: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)");
  CHECK(failed.error().hint.starts_with("narrow the time with --from and --to"));
  CHECK(never.server.windows == 12);  // 24 h, 12 h, ... 1.4 min, 1 min
}

TEST_CASE("a window that breaks off is asked for again, and counts once") {
  const std::vector<std::pair<std::string, Result<HttpResponse>>> troubles{
      {"the connection is lost", fail({.kind = ErrorKind::unreachable, .what = "no answer"})},
      {"behind a row", HttpResponse{.status = 200,
                                    .body = std::string(kRow) +
                                            "Code: 210. DB::Exception: Connection reset. (NETWORK_ERROR)\n"}},
      {"within a row",
       HttpResponse{.status = 200,
                    .body = "{\"counted\":1,\"groCode: 210. DB::Exception: Reset. (NETWORK_ERROR)\n"}},
      {"with a marker",
       HttpResponse{
           .status = 200,
           .body = std::string(kRow) +
                   "__exception__\r\nabc\r\nCode: 210. DB::Exception: Reset.\r\n9 abc\r\n__exception__\r\n"}},
      {"as a row",
       HttpResponse{.status = 200,
                    .body = std::string(kRow) +
                            "{\"exception\": \"Code: 210. DB::Exception: Reset. (NETWORK_ERROR)\"}\n"}},
      {"without a word", HttpResponse{.status = 200, .body = "{\"counted\":1,\"gro"}},
      {"a gateway", HttpResponse{.status = 502, .body = "<html>"}},
      {"too many queries",
       exception("Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)")},
  };
  for (const auto& item : troubles) {
    const auto& what = item.first;
    const auto& trouble = item.second;
    CAPTURE(what);
    Reading reading;
    reading.server.window = [&trouble](const HttpRequest&, int attempt) -> Result<HttpResponse> {
      if (attempt <= 2) return trouble;
      return HttpResponse{.status = 200, .body = kRow};
    };
    REQUIRE(reading.read());
    const std::vector<std::string>& lines = reading.sink.lines;
    CHECK(std::count(lines.begin(), lines.end(), "commit") == 1);
    CHECK(lines[lines.size() - 2] == std::string("took ") + kRow);
    CHECK(reading.server.windows == 3);

    Reading never;
    never.server.window = [&trouble](const HttpRequest&, int) { return trouble; };
    const auto failed = never.read();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::unreachable);
    CHECK(failed.error().why.find("counted") == std::string::npos);  // no part of a row
    CHECK(never.clock.elapsed() >= std::chrono::minutes(3));
    CHECK(never.clock.elapsed() < std::chrono::minutes(4));
    CHECK(std::count(never.sink.lines.begin(), never.sink.lines.end(), "commit") == 0);
  }
}

TEST_CASE("a server that is gone for a minute is waited for, at night from the start") {
  using namespace std::chrono_literals;
  for (const bool patient : {false, true}) {
    CAPTURE(patient);
    Reading reading;
    reading.options.patient = patient;
    i64 waits = 0;
    reading.options.on_wait = [&](std::chrono::seconds pause) { waits += pause.count() > 0 ? 1 : 0; };
    class Gone final : public Http {
     public:
      Gone(Http& server, Clock& clock) : server_(server), clock_(clock) {}
      Result<HttpResponse> send(const HttpRequest& request) override {
        if (clock_.elapsed() >= from && clock_.elapsed() < from + 60s)
          return fail({.kind = ErrorKind::unreachable, .what = "no answer"});
        return server_.send(request);
      }
      std::chrono::nanoseconds from = 0s;

     private:
      Http& server_;
      Clock& clock_;
    } gone(reading.server, reading.clock);
    const auto read = [&] {
      return sources::read_clickhouse(reading.options, gone, reading.clock, reading.sink);
    };
    CHECK(read().has_value() == patient);
    CHECK(waits > 0);
    // One that answered is waited for by everybody.
    const auto began = reading.clock.elapsed();
    reading.server.window = [&](const HttpRequest&, int) -> Result<HttpResponse> {
      if (reading.clock.elapsed() < began + 60s) return HttpResponse{.status = 503};
      return HttpResponse{.status = 200, .body = kRow};
    };
    gone.from = std::chrono::hours(1);
    CHECK(read().has_value());
    CHECK(reading.clock.elapsed() >= began + 60s);
    CHECK(reading.clock.elapsed() < began + 90s);
  }
}

TEST_CASE("counting the days is halved like all else when it is too much") {
  const std::string memory =
      "Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)";
  const auto time_in = [](const std::string& url, const std::string& name) {
    std::string text = url.substr(url.find("param_" + name + "=") + name.size() + 7, 25);
    for (const auto& [code, letter] : {std::pair{"%20", "T"}, {"%3A", ":"}, {"%3A", ":"}})
      text.replace(text.find(code), 3, letter);
    return parse_time(text.substr(0, 19) + "Z")->micros;
  };
  for (const i64 days : {30, 1}) {
    CAPTURE(days);
    Reading reading;
    i64 refused = 0;
    // Only periods with rows in them are too much, if they are longer than that.
    reading.server.count = [&](const HttpRequest& request) {
      const i64 from = time_in(request.url, "from"), to = time_in(request.url, "to");
      const i64 row = parse_time("2026-10-01T08:00:00Z")->micros;
      if (row < from || row >= to) return HttpResponse{.status = 200};
      if (to - from <= days * 86'400'000'000) return HttpResponse{.status = 200, .body = kDay};
      ++refused;
      return exception(memory);
    };
    const auto read = reading.read();
    REQUIRE(read);
    CHECK(read->tables == std::vector<std::string>{"events_core"});
    CHECK(read->windows == 1);
    CHECK(refused > 5);
    CHECK(refused < 20);
    CHECK(reading.clock.sleeps == 0);
  }
  Reading never;
  never.options.from = *parse_time("2026-10-01T00:00:00Z");
  never.options.to = *parse_time("2026-10-02T00:00:00Z");
  never.server.count = [&](const HttpRequest&) { return exception(memory); };
  const auto failed = never.read();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hint.starts_with("narrow the time with --from and --to"));
}

TEST_CASE("what would fail again is told at once, with what to do") {
  struct Row {
    std::string text;
    int status;
    std::string why, hint;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"Code: 516. DB::Exception: reader: Authentication failed: password is incorrect. "
            "(AUTHENTICATION_FAILED) (version 26.9.1.1)",
            403, "code 516: reader: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)",
            "CLICKHOUSE_PASSWORD"},
           {"Code: 60. DB::Exception: Table default.events_core does not exist. (UNKNOWN_TABLE)", 404,
            "code 60: Table default.events_core does not exist. (UNKNOWN_TABLE)", "?database=NAME"},
           {"Code: 201. DB::Exception: Quota for user `reader` for 3600s has been exceeded. (QUOTA_EXCEEDED)",
            500, "code 201: Quota for user `reader` for 3600s has been exceeded. (QUOTA_EXCEEDED)", "quota"},
           {"Code: 164. DB::Exception: Cannot modify 'readonly' setting in readonly mode. (READONLY)", 500,
            "code 164: Cannot modify 'readonly' setting in readonly mode. (READONLY)", "readonly = 2"},
           {"Code: 497. DB::Exception: reader: Not enough privileges. (ACCESS_DENIED)", 403,
            "code 497: reader: Not enough privileges. (ACCESS_DENIED)", "GRANT SELECT"},
       }) {
    CAPTURE(row.text);
    Reading reading;
    reading.server.window = [&](const HttpRequest&, int) { return exception(row.text, row.status); };
    const auto failed = reading.read();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::unreachable);
    CHECK(failed.error().what == "ClickHouse at http://db:8123 did not answer the query");
    CHECK(failed.error().why == row.why);
    CHECK(failed.error().hint.find(row.hint) != std::string::npos);
    CHECK(reading.server.windows == 1);
    CHECK(reading.clock.sleeps == 0);
  }
  Reading elsewhere;
  elsewhere.server.window = [&](const HttpRequest&, int) {
    return HttpResponse{.status = 400, .body = "Port 9000 is for clickhouse-client"};
  };
  CHECK(elsewhere.read().error().hint.find("8123") != std::string::npos);
}

TEST_CASE("the sink's own error ends the reading as it is") {
  Reading reading;
  reading.sink.answer = fail({.kind = ErrorKind::usage, .what = "enough"});
  const auto failed = reading.read();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "enough");
  CHECK(reading.server.windows == 1);
}

TEST_CASE("no tables, no rows") {
  Reading strange;
  strange.server.missing = {"usage_details"};
  CHECK(strange.read().error().what == "ClickHouse at http://db:8123 shows no tables of Langfuse");
  Reading empty;
  empty.server.days.clear();
  CHECK(empty.read().error().kind == ErrorKind::withheld);
  CHECK(empty.read().error().why == "Langfuse's tables are empty");
  empty.options.projects = {"x"};
  CHECK(empty.read().error().hint.find("--project") != std::string::npos);
}

TEST_CASE("addresses") {
  const auto address = [](const std::string& url) { return sources::clickhouse_address(url, "given"); };
  CHECK(address("http://h:8123")->base == "http://h:8123");
  CHECK(address("https://h/ch//")->base == "https://h/ch");
  CHECK(address("http://h:8123")->database == "given");
  CHECK(address("http://h:8123/?database=langfuse")->database == "langfuse");
  CHECK(address("http://h:8123?database=langfuse")->base == "http://h:8123");
  for (const char* bad : {"h:8123", "clickhouse://h:9000", "http://", "http:///x", "http://u:p@h:8123",
                          "http://h/?user=u", "http://h/?database=", "http://h/?database=a&readonly=0"}) {
    CAPTURE(bad);
    const auto refused = address(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().why.find("u:p") == std::string::npos);
  }
}

TEST_CASE("rows are told from errors wherever the pieces are cut") {
  const std::string good = "{\"counted\":1,\"a\":[]}\n{\"counted\":0,\"b\":\"Code: 1. DB::Exception: x\"}\n";
  const std::vector<std::string> bad{"Code: 1. DB::Exception: x\n",           good + "Code: 1.\n",
                                     good + "{\"counted\":1,\"aCode: 1. x\n", good + "\n",
                                     good + "{\"exception\":\"x\"}\n",        "{\"cou"};
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const auto whole = [&](const std::string& text) {
      sources::RowStream rows("{\"counted\":");
      for (std::size_t at = 0; at < text.size(); at += piece)
        rows.feed(std::string_view(text).substr(at, piece));
      return rows.is_whole();
    };
    CHECK(whole(""));
    CHECK(whole(good));
    for (const std::string& text : bad) CHECK_FALSE(whole(text));
  }
}

TEST_CASE("statements name tables and columns that are there, and have no gaps left") {
  sources::Tables tables;
  tables.observations = {"observations", {"parent_observation_id", "name"}};
  tables.traces = {"traces", {}};
  const std::string old = sources::groups_sql(tables, sources::Generation::observations, false);
  CHECK(old.find("FROM traces") != std::string::npos);
  CHECK(old.find("events") == std::string::npos);
  CHECK(old.find("ifNull(status_message") == std::string::npos);  // no such column here
  CHECK(old.find("is_app_root") == std::string::npos);
  tables.events = {"events_core", {"name", "tags", "trace_name", "is_app_root", "parent_span_id"}};
  CHECK(sources::groups_sql(tables, sources::Generation::observations, false)
            .find("SELECT project_id, span_id FROM events_core") != std::string::npos);
  const std::string events = sources::groups_sql(tables, sources::Generation::events, false);
  CHECK(events.find("FROM traces") == std::string::npos);
  CHECK(events.find("AND (ifNull(parent_span_id, '') = '' OR ifNull(is_app_root = 1, 0))") !=
        std::string::npos);
  CHECK(events.find("{tags:") == std::string::npos);
  const std::string tagged = sources::groups_sql(tables, sources::Generation::events, true);
  CHECK(tagged.find("hasAny(tags, {tags:Array(String)})") != std::string::npos);
  const std::string old_tagged = sources::groups_sql(tables, sources::Generation::observations, true);
  CHECK(old_tagged.find("HAVING hasAny(argMax(tags, event_ts), {tags:Array(String)})") != std::string::npos);
  for (const std::string& sql :
       {old, events, tagged, old_tagged, sources::days_sql(tables, sources::Generation::events)})
    CHECK(sql.find('$') == std::string::npos);
}

TEST_CASE("times that are 1,000 times too large are mended where there are some, and nowhere else") {
  sources::Tables tables;
  tables.observations = {"observations", {"name"}};
  tables.traces = {"traces", {}};
  const auto statements = [&] {
    return sources::days_sql(tables, sources::Generation::observations) +
           sources::groups_sql(tables, sources::Generation::observations, true);
  };
  CHECK(statements().find("Milli") == std::string::npos);
  CHECK(sources::far_times_sql(tables).find("FROM observations WHERE start_time >=") != std::string::npos);
  tables.observations.has_far_times = tables.traces.has_far_times = true;
  const std::string mended = statements();
  CHECK(mended.find('$') == std::string::npos);
  for (const char* table : {"observations", "traces"}) {
    CHECK(mended.find(fmt::format("FROM {}\n", table)) == std::string::npos);
    CHECK(mended.find(fmt::format("FROM {})", table)) != std::string::npos);
  }
}
