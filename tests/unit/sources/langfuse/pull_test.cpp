// Pulling from a project that behaves as Langfuse does: the result must be the truth whatever happens.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/sources/langfuse/pulling.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

constexpr LangfuseMode kModes[] = {LangfuseMode::v1_only, LangfuseMode::v2_only, LangfuseMode::both,
                                   LangfuseMode::legacy};

void fill_with_oddities(FakeLangfuse& fake) {
  fill_project(fake, 210, kBegin, 60'000);
  // Two versions of a row in either order of arrival, and heaps of rows in one millisecond at page borders of
  // v1.
  std::vector<FakeRow> more;
  for (std::size_t i = 0; i < fake.rows.size(); ++i) {
    FakeRow& row = fake.rows[i];
    if (i % 9 == 0) {
      more.push_back(row);
      more.back().updated += 500;
      more.back().prompt += 7;
    } else if (i % 9 == 1) {
      more.push_back(row);
      more.back().updated -= 500;
      more.back().prompt = 0;
    }
    row.start -= row.start % 600'000;  // some ten rows each
  }
  for (FakeRow& row : more) row.start -= row.start % 600'000;
  fake.rows.insert(fake.rows.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("the rows are the truth in every mode, with versions, ties and inflated totals") {
  for (const LangfuseMode mode : kModes) {
    CAPTURE(static_cast<int>(mode));
    Pulling it;
    it.fake.mode = mode;
    fill_with_oddities(it.fake);
    const auto told = it.pull();
    REQUIRE_MESSAGE(told, told.error().why);
    CHECK(it.rows() == it.wanted());
    CHECK(told->rows == static_cast<i64>(it.wanted().size()));
    CHECK(told->api == (mode == LangfuseMode::v1_only || mode == LangfuseMode::legacy ? "v1" : "v2"));
    CHECK(it.fake.complaints.empty());
    it.check_no_keys();
  }
}

TEST_CASE("a fault at any request changes nothing but the number of requests") {
  for (const LangfuseMode mode : kModes) {
    Pulling calm;
    calm.fake.mode = mode;
    fill_with_oddities(calm.fake);
    const auto undisturbed = calm.pull();
    REQUIRE(undisturbed);
    const i64 requests = undisturbed->requests;
    for (const LangfuseFault fault : kLangfuseFaults) {
      for (i64 at = 1; at <= requests; ++at) {
        CAPTURE(static_cast<int>(mode));
        CAPTURE(fault_name(fault));
        CAPTURE(at);
        Pulling it;
        it.fake.mode = mode;
        fill_with_oddities(it.fake);
        it.fake.faults[at] = fault;
        const auto told = it.pull();
        REQUIRE_MESSAGE(told, told.error().why);
        // v1 has another order within a millisecond at each request, so which rows a tie brings again
        // differs.
        if (mode == LangfuseMode::v2_only || mode == LangfuseMode::both) {
          CHECK(it.files.files["calls.jsonl"] == calm.files.files["calls.jsonl"]);
        }
        CHECK(it.rows() == calm.rows());
        it.check_no_keys();
      }
    }
  }
}

TEST_CASE("the number of requests is the least that the page size allows") {
  struct Row {
    LangfuseMode mode;
    i64 calls;
    int concurrency;
    i64 least, most;
  };
  // v2: 1,000 rows a page, one request for the rows at page borders, roots by the thousand, one to v1 whether
  // it has older ones. v1: the try of v2, 100 rows a page, and the traces. Several requests at once: at most
  // one page more for each.
  for (const Row& row :
       std::initializer_list<Row>{{LangfuseMode::v2_only, 900, 1, 3, 3},
                                  {LangfuseMode::v2_only, 1'000, 1, 3, 3},
                                  {LangfuseMode::v2_only, 1'001, 1, 5, 5},
                                  {LangfuseMode::v2_only, 6'000, 1, 6 + 1 + 2 + 1, 6 + 1 + 2 + 1},
                                  {LangfuseMode::v2_only, 6'000, 4, 6 + 1 + 2 + 1, 9 + 1 + 2 + 1},
                                  {LangfuseMode::v1_only, 600, 1, 1 + 6 + 2, 1 + 6 + 2},
                                  {LangfuseMode::v1_only, 1'500, 4, 1 + 15 + 5, 1 + 18 + 8}}) {
    CAPTURE(row.calls);
    CAPTURE(row.concurrency);
    Pulling it;
    it.fake.mode = row.mode;
    it.options.concurrency = row.concurrency;
    fill_project(it.fake, row.calls, kBegin, 60'000);
    const auto told = it.pull();
    REQUIRE(told);
    CHECK(it.rows() == it.wanted());
    CHECK(told->requests >= row.least);
    CHECK(told->requests <= row.most);
    CHECK(told->requests == static_cast<i64>(it.fake.diary.size()));
    CHECK(told->retries == 0);
  }
}

namespace {

// Seven days, and some rows of the last two that come after a hundred requests.
void fill_with_late_rows(FakeLangfuse& fake) {
  fill_project(fake, 300, kBegin, 2'000'000);
  for (std::size_t i = 3; i < fake.rows.size(); i += 7) {
    if (fake.rows[i].start > ms_of("2026-08-14T12:00:00Z")) fake.rows[i].arrives = 100;
  }
}

void let_them_arrive(FakeLangfuse& fake) {
  for (int i = 0; i < 100; ++i) fake.answer("/", "");
}

}  // namespace

TEST_CASE("pulling again asks for the last day and what is new; late rows and new versions arrive") {
  Pulling it;
  fill_with_late_rows(it.fake);
  it.options.query.to = parse_time("2026-08-15T00:00:00Z");
  REQUIRE(it.pull());
  CHECK(it.rows() != it.wanted());
  let_them_arrive(it.fake);
  it.fake.diary.clear();
  it.options.query.from.reset();
  it.options.query.to.reset();
  const auto told = it.pull();
  REQUIRE(told);
  CHECK(it.rows() == it.wanted());
  CHECK(it.fake.diary.front().find(
            "fromStartTime=2026-08-14T00%3A00%3A00Z&toStartTime=2026-08-19T23%3A30%3A00Z") !=
        std::string::npos);
  CHECK(told->fresh < told->rows);

  Pulling at_once;
  fill_project(at_once.fake, 300, kBegin, 2'000'000);
  REQUIRE(at_once.pull());
  CHECK(it.files.files["calls.jsonl"] == at_once.files.files["calls.jsonl"]);

  const std::string before = it.files.files["calls.jsonl"];
  const auto again = it.pull();
  REQUIRE(again);
  CHECK(again->fresh == 0);
  CHECK(it.files.files["calls.jsonl"] == before);
  // An earlier beginning is filled in.
  it.options.query.from = parse_time("2026-08-01T00:00:00Z");
  it.fake.rows.push_back({.id = "early", .trace = "t", .name = "early", .start = kBegin - 5000, .prompt = 5});
  REQUIRE(it.pull());
  CHECK(it.rows().contains("early"));
}

TEST_CASE("late rows arrive whichever API tells") {
  for (const LangfuseMode mode : kModes) {
    CAPTURE(static_cast<int>(mode));
    Pulling it;
    it.fake.mode = mode;
    fill_with_late_rows(it.fake);
    it.options.query.to = parse_time("2026-08-15T00:00:00Z");
    REQUIRE(it.pull());
    CHECK(it.rows() != it.wanted());
    let_them_arrive(it.fake);
    it.options.query.from.reset();
    it.options.query.to.reset();
    REQUIRE(it.pull());
    CHECK(it.rows() == it.wanted());
  }
}

TEST_CASE("killed at any byte and run again, the file is that of an undisturbed pull") {
  for (const std::string path : {"calls.jsonl", "calls.jsonl.zst"}) {
    Pulling calm;
    fill_project(calm.fake, 1'050, kBegin, 60'000);
    REQUIRE(calm.pull(path));
    const std::string wanted = calm.files.files[path];
    std::size_t bytes = 4 * 900'000;
    for (std::size_t point = 0; point < 40; ++point) {
      const std::size_t at = point < 10 ? point * 200 : bytes / 40 * point + point * point % 97;
      CAPTURE(at);
      Pulling it;
      fill_project(it.fake, 1'050, kBegin, 60'000);
      it.files.dies_after = at;
      const bool died = !it.pull(path);
      it.files.dies_after.reset();
      if (it.files.files.contains(path)) CHECK(it.files.files[path] == wanted);
      const auto told = it.pull(path);
      REQUIRE_MESSAGE(told, told.error().why);
      CHECK(it.files.files[path] == wanted);
      CHECK_FALSE(it.files.files.contains(path + ".part"));
      CHECK(it.files.files[path + ".watermark"] == calm.files.files[path + ".watermark"]);
      if (!died) break;
    }
  }
}

TEST_CASE("what an interrupted pull has got is not asked for again") {
  Pulling it;
  it.options.concurrency = 1;
  fill_project(it.fake, 3'500, kBegin, 60'000);
  for (i64 request = 4; request < 99; ++request) it.fake.faults[request] = LangfuseFault::busy_503;
  REQUIRE_FALSE(it.pull());
  CHECK(it.files.files.contains("calls.jsonl.part"));
  CHECK_FALSE(it.files.files.contains("calls.jsonl"));
  it.fake.faults.clear();
  it.fake.diary.clear();
  const auto told = it.pull();
  REQUIRE(told);
  CHECK(told->resumed);
  CHECK(told->requests == 1 + 1 + 2 + 1);  // the last page, borders, roots, the look into v1
  CHECK(it.rows() == it.wanted());
}

TEST_CASE("a limit that the server announced is not exceeded again") {
  for (const int concurrency : {1, 4}) {
    Pulling it;
    it.fake.mode = LangfuseMode::both;
    it.fake.per_minute = 6;
    it.options.concurrency = concurrency;
    fill_project(it.fake, 9'000, kBegin, 60'000);
    const auto told = it.pull();
    REQUIRE(told);
    CHECK(it.rows() == it.wanted());
    CHECK(it.fake.refused == 1);
    CHECK(it.clock.elapsed() > std::chrono::minutes(2));
    CHECK(it.clock.elapsed() < std::chrono::minutes(4));
  }
}

TEST_CASE("where the server runs out of memory, windows get shorter until it does not") {
  for (const LangfuseMode mode : {LangfuseMode::v2_only, LangfuseMode::v1_only}) {
    Pulling it;
    it.fake.mode = mode;
    it.fake.fails_above_rows = mode == LangfuseMode::v1_only ? 30 : 120;
    fill_project(it.fake, 700, kBegin, 60'000);
    const auto told = it.pull();
    REQUIRE_MESSAGE(told, told.error().why);
    CHECK(it.rows() == it.wanted());
  }
}

TEST_CASE("calls are named and tagged by their trace, whichever API tells") {
  for (const LangfuseMode mode : kModes) {
    Pulling it;
    it.fake.mode = mode;
    fill_project(it.fake, 30, kBegin, 60'000);
    it.fake.rows.push_back({.id = "alone", .trace = "x", .name = "oai", .start = kBegin + 5, .prompt = 5});
    REQUIRE(it.pull());
    CHECK(it.row("call-1").at("traceName") == "email-triage");
    CHECK(it.row("call-1").at("tags") == nlohmann::json{"prod"});
    CHECK(it.row("call-4").at("traceName") == "summary");
    CHECK(it.row("call-4").at("tags") == nlohmann::json{"test"});
    CHECK(it.row("alone").value("traceName", nlohmann::json()).is_null());
    CHECK(it.row("call-1").contains("input") == false);
    CHECK(it.row("call-1").contains("metadata") == false);
  }
}

TEST_CASE("a server that does not know isRootObservation sends more, and only roots are taken") {
  Pulling it;
  it.fake.knows_roots = false;
  fill_project(it.fake, 60, kBegin, 60'000);
  REQUIRE(it.pull());
  CHECK(it.rows() == it.wanted());
  CHECK(it.row("call-4").at("traceName") == "summary");
}

TEST_CASE("filters keep what was asked for") {
  const auto count = [](auto set) {
    Pulling it;
    fill_project(it.fake, 120, kBegin, 60'000);
    set(it.options.query);
    const auto told = it.pull();
    REQUIRE(told);
    return told->rows;
  };
  CHECK(count([](auto&) {}) == 120);
  CHECK(count([](auto& query) { query.jobs = {"summary"}; }) == 39);
  CHECK(count([](auto& query) { query.jobs = {"summary", "email-triage"}; }) == 81);
  CHECK(count([](auto& query) { query.tags = {"prod"}; }) == 60);
  CHECK(count([](auto& query) { query.environments = {"staging"}; }) == 11);
  CHECK(count([](auto& query) { query.models = {"qwen3:8b"}; }) == 120);
  CHECK(count([](auto& query) { query.limit = 10; }) == 10);
}

TEST_CASE("what was cut off a result is not taken for what was pulled") {
  Pulling it;
  fill_project(it.fake, 20, kBegin, 60'000);
  REQUIRE(it.pull());
  std::string& content = it.files.files["calls.jsonl"];
  const std::string whole = content;
  for (const std::string& touched : {std::string(), whole.substr(0, whole.size() / 2), whole + "{}\n"}) {
    content = touched;
    const auto again = it.pull();
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == ErrorKind::usage);
    CHECK(again.error().why.find("something else wrote to it") != std::string::npos);
    CHECK(content == touched);
  }
  content = whole;
  CHECK(it.pull());
}

TEST_CASE("the newest so many, and the watermark claims nothing") {
  for (const char* job : {"", "summary"}) {
    CAPTURE(job);
    Pulling it;
    it.options.query.limit = 10;
    if (*job != '\0') it.options.query.jobs = {job};
    fill_project(it.fake, 120, kBegin, 60'000);
    REQUIRE(it.pull());
    CHECK(it.rows().size() == 10);
    const auto newest = it.rows();
    const auto mark = nlohmann::json::parse(it.files.files["calls.jsonl.watermark"]);
    CHECK(mark.at("from") == mark.at("to"));  // no whole period
    it.options.query.limit = 0;
    REQUIRE(it.pull());
    Pulling all;
    all.options.query.jobs = it.options.query.jobs;
    fill_project(all.fake, 120, kBegin, 60'000);
    REQUIRE(all.pull());
    CHECK(it.rows() == all.rows());
    const auto number = [](const std::string& id) { return std::stoi(id.substr(5)); };  // call-7
    int first = 120;
    for (const auto& [id, prompt] : newest) first = std::min(first, number(id));
    for (const auto& [id, prompt] : all.rows()) CHECK(newest.contains(id) == (number(id) >= first));
  }
}

namespace {

// One call a day, each its own trace.
FakeRow daily(int day, i64 prompt = 100) {
  const i64 start = kBegin + day * 86'400'000LL;
  return {.id = fmt::format("g{}", day),
          .trace = fmt::format("t{}", day),
          .trace_name = "job",
          .start = start,
          .updated = start + prompt,
          .prompt = prompt};
}

std::set<std::string> ids(const Pulling& it) {
  std::set<std::string> ids;
  for (const auto& [id, prompt] : it.rows()) ids.insert(id);
  return ids;
}

}  // namespace

TEST_CASE("versions of a call count once for a limit, and the newest is taken") {
  for (const LangfuseMode mode : kModes) {
    CAPTURE(static_cast<int>(mode));
    Pulling it;
    it.fake.mode = mode;
    for (const int day : {0, 1, 2, 3, 4, 5}) it.fake.rows.push_back(daily(day));
    for (const int day : {4, 5}) it.fake.rows.push_back(daily(day, 200));
    it.options.query.limit = 3;
    REQUIRE(it.pull());
    CHECK(it.rows() == std::map<std::string, i64>{{"g3", 100}, {"g4", 200}, {"g5", 200}});
    it.options.query.limit = 0;
    REQUIRE(it.pull());
    CHECK(ids(it) == std::set<std::string>{"g0", "g1", "g2", "g3", "g4", "g5"});
  }
}

TEST_CASE("whatever was pulled before and however little, a later pull leaves no gap") {
  struct Step {
    const char *from, *to;
    i64 limit;
  };
  const std::vector<std::vector<Step>> rows = {
      {{"2026-08-10T00:00:00Z", "2026-08-12T00:00:00Z", 0}, {nullptr, "2026-08-19T00:00:00Z", 2}},
      {{"2026-08-16T00:00:00Z", "2026-08-18T00:00:00Z", 0},
       {"2026-08-10T00:00:00Z", "2026-08-12T00:00:00Z", 0}},
      {{"2026-08-10T00:00:00Z", "2026-08-12T00:00:00Z", 0},
       {"2026-08-15T00:00:00Z", "2026-08-17T00:00:00Z", 0}},
      {{"2026-08-10T00:00:00Z", "2026-08-17T00:00:00Z", 1}, {"2026-08-10T00:00:00Z", nullptr, 1}},
      {{"2026-08-14T00:00:00Z", "2026-08-15T00:00:00Z", 0}, {"2026-08-10T00:00:00Z", nullptr, 2}},
  };
  for (const std::vector<Step>& steps : rows) {
    CAPTURE(&steps - rows.data());
    Pulling it;
    for (int day = 0; day < 9; ++day) it.fake.rows.push_back(daily(day));
    const auto time = [](const char* text) { return text == nullptr ? std::nullopt : parse_time(text); };
    for (const Step& step : steps) {
      it.options.query.from = time(step.from);
      it.options.query.to = time(step.to);
      it.options.query.limit = step.limit;
      REQUIRE(it.pull());
    }
    it.options.query = {.from = parse_time("2026-08-10T00:00:00Z")};
    REQUIRE(it.pull());
    CHECK(ids(it).size() == 9);
  }
}

TEST_CASE("versions on both sides of a page's end count once, in a trace of more than a page too") {
  for (const i64 border : {998, 999, 1'000, 1'001, -999}) {
    CAPTURE(border);
    Pulling it;
    const char* const trace = border < 0 ? "a \"trace\" \\ of\nthree words" : "trace";
    for (i64 i = 0; i < 1'200; ++i) {
      FakeRow row = daily(0);
      row.trace = trace;
      row.id = fmt::format("g{:04}", i);
      row.start = kBegin + (1'200 - i) * 1'000;  // newest first
      it.fake.rows.push_back(row);
    }
    FakeRow again = it.fake.rows[static_cast<std::size_t>(std::abs(border))];
    again.prompt = 200;
    again.updated += 1;
    it.fake.rows.push_back(again);
    REQUIRE(it.pull());
    CHECK(it.rows().size() == 1'200);
    CHECK(it.rows().at(again.id) == 200);
  }
}

TEST_CASE("a limited pull takes no row out of the file") {
  for (const char* job : {"", "job"}) {
    CAPTURE(job);
    Pulling it;
    if (*job != '\0') it.options.query.jobs = {job};
    for (int day = 0; day < 6; ++day) it.fake.rows.push_back(daily(day));
    REQUIRE(it.pull());
    for (int day = 0; day < 6; ++day) it.fake.rows.push_back(daily(day, 200));
    it.options.query.limit = 2;
    REQUIRE(it.pull());
    CHECK(ids(it).size() == 6);
  }
}

TEST_CASE("the newest come first, whatever period there is, and where the server wants shorter ones") {
  for (const bool memory : {false, true}) {
    CAPTURE(memory);
    Pulling it;
    for (int i = 0; i < 3'000; ++i) {
      FakeRow row = daily(0);
      row.id = fmt::format("g{}", i);
      row.trace = fmt::format("t{}", i);
      row.start = kBegin + i * 60'000LL;
      it.fake.rows.push_back(row);
    }
    if (memory) {
      it.fake.fails_above_rows = 700;
    } else {
      it.options.query.to = parse_time("2026-08-10T06:00:00Z");
      REQUIRE(it.pull());
    }
    it.options.query.to.reset();
    it.options.query.limit = 1'500;
    REQUIRE(it.pull());
    const auto newest = it.rows();
    for (int i = 1'500; i < 3'000; ++i) CHECK(newest.contains(fmt::format("g{}", i)));
    it.options.query.limit = 0;
    REQUIRE(it.pull());
    CHECK(it.rows().size() == 3'000);
  }
}

TEST_CASE("an unfinished pull of a file that is gone begins anew") {
  Pulling it;
  it.options.concurrency = 1;
  fill_project(it.fake, 6'000, kBegin, 120'000);  // eight days
  it.options.query = {.from = parse_time("2026-08-13T00:00:00Z"), .to = parse_time("2026-08-15T00:00:00Z")};
  REQUIRE(it.pull());
  it.options.query = {.from = parse_time("2026-08-10T00:00:00Z")};
  const i64 before = static_cast<i64>(it.fake.diary.size());
  for (i64 request = before + 3; request < before + 99; ++request)
    it.fake.faults[request] = LangfuseFault::busy_503;
  REQUIRE_FALSE(it.pull());
  it.fake.faults.clear();
  it.files.files.erase("calls.jsonl");
  REQUIRE(it.pull());
  CHECK(it.rows() == it.wanted());
}

TEST_CASE("the name of a trace is kept when its root is out of reach") {
  Pulling it;
  const auto nested = [](int day, i64 prompt) {
    FakeRow row = daily(day, prompt);
    row.trace = "long";
    row.parent = "root";
    row.trace_name.clear();
    row.name = "ChatOllama";
    return row;
  };
  it.fake.rows.push_back({.id = "root", .trace = "long", .type = "SPAN", .name = "agent", .start = kBegin});
  it.fake.rows.push_back(nested(1, 100));
  it.options.query.to = parse_time("2026-08-11T12:00:00Z");
  REQUIRE(it.pull());
  CHECK(it.row("g1").value("traceName", "") == "agent");
  it.fake.rows.push_back(nested(1, 200));  // a newer version, and a later call of the same trace
  it.fake.rows.push_back(nested(6, 100));
  it.options.query = {};
  REQUIRE(it.pull());
  CHECK(it.rows() == std::map<std::string, i64>{{"g1", 200}, {"g6", 100}});
  CHECK(it.row("g1").value("traceName", "") == "agent");
  CHECK(it.row("g6").value("traceName", "") == "agent");
}

TEST_CASE("a call that is in the file gets its name when its root comes later") {
  Pulling it;
  const auto nested = [](int day) {
    FakeRow row = daily(day);
    row.trace = "long";
    row.parent = "root";
    row.trace_name.clear();
    return row;
  };
  it.fake.rows = {{.id = "root", .trace = "long", .type = "SPAN", .name = "agent", .start = kBegin},
                  nested(0),
                  nested(3)};
  it.options.query = {.from = parse_time("2026-08-12T00:00:00Z")};
  REQUIRE(it.pull());
  CHECK(it.row("g3").at("traceName") != "agent");
  it.options.query = {.from = parse_time("2026-08-10T00:00:00Z")};
  REQUIRE(it.pull());
  CHECK(it.row("g0").value("traceName", "") == "agent");
  CHECK(it.row("g3").value("traceName", "") == "agent");
}

TEST_CASE("of the versions of a root the newest names its calls") {
  Pulling it;
  const auto root = [](const char* name, i64 updated) {
    return FakeRow{
        .id = "root", .trace = "t0", .type = "SPAN", .name = name, .start = kBegin, .updated = updated};
  };
  FakeRow call = daily(0);
  call.parent = "root";
  call.trace_name.clear();
  it.fake.rows = {root("old", kBegin + 1), root("new", kBegin + 2), root("older", kBegin), call};
  REQUIRE(it.pull());
  CHECK(it.row("g0").value("traceName", "") == "new");
}

TEST_CASE("a call under a root that is a call itself belongs to that root's job") {
  Pulling it;
  FakeRow root = daily(0), call = daily(1);
  root.trace_name.clear();
  root.name = "outer";
  call.trace = root.trace;
  call.parent = root.id;
  call.trace_name.clear();
  call.name = "inner";
  it.fake.rows = {root, call};
  it.options.query.jobs = {"outer"};
  REQUIRE(it.pull());
  CHECK(ids(it) == std::set<std::string>{"g0", "g1"});
}

TEST_CASE("lengths take the place of bodies") {
  for (const LangfuseMode mode : {LangfuseMode::v2_only, LangfuseMode::v1_only}) {
    Pulling it;
    it.fake.mode = mode;
    it.options.query.lengths = true;
    fill_project(it.fake, 150, kBegin, 60'000);
    it.fake.rows[1].output = "zwölf \"Zeichen\"\n";
    REQUIRE(it.pull());
    CHECK(it.rows() == it.wanted());
    CHECK(it.row("call-0").at("outputLength") == 16);
    CHECK(it.row("call-0").at("inputLength") > 0);
    CHECK(it.files.files["calls.jsonl"].find("the prompt") == std::string::npos);
    CHECK(it.files.files["calls.jsonl"].find("Zeichen") == std::string::npos);
  }
}

TEST_CASE("the definition of a matched model tells whether its counts can be estimates") {
  Pulling it;
  it.fake.models = {{"def-gpt", "openai"}, {"def-plain", ""}};
  fill_project(it.fake, 9, kBegin, 60'000);
  for (FakeRow& row : it.fake.rows) {
    if (row.id == "call-1") row.model_id = "def-gpt";
    if (row.id == "call-2") row.model_id = "def-plain";
  }
  REQUIRE(it.pull());
  CHECK(it.row("call-1").at("tokenizerId") == "openai");
  CHECK(it.row("call-2").at("tokenizerId").is_null());
  CHECK_FALSE(it.row("call-3").contains("tokenizerId"));
}

TEST_CASE("pull writes over nothing that is not its own") {
  Pulling it;
  fill_project(it.fake, 9, kBegin, 60'000);
  it.files.files["calls.jsonl"] = "mine\n";
  CHECK(it.pull().error().what == "will not write over calls.jsonl");
  CHECK(it.files.files["calls.jsonl"] == "mine\n");
  REQUIRE(it.pull("b.jsonl"));
  it.options.query.environments = {"staging"};
  CHECK(it.pull("b.jsonl").error().what == "cannot add to b.jsonl");
  it.options.query.environments.clear();
  it.files.files["b.jsonl.watermark"] = "{}";
  CHECK(it.pull("b.jsonl").error().kind == ErrorKind::usage);
}
