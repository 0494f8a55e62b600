// Whose calls they are: roots with a parent outside, traces that begin with or behind their calls, and the
// recordings of both from a real server.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/shared.hpp"
#include "unit/sources/langfuse/pulling.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using nlohmann::json;

namespace {

struct Want {
  const char *job, *tag;  // of the filter; "" for none
  i64 rows;
};

i64 pulled(Pulling& it, const Want& want) {
  it.files.files.clear();
  it.options.query.jobs.clear();
  it.options.query.tags.clear();
  if (*want.job != '\0') it.options.query.jobs = {want.job};
  if (*want.tag != '\0') it.options.query.tags = {want.tag};
  const auto told = it.pull();
  REQUIRE_MESSAGE(told, told.error().why);
  CHECK(it.fake.complaints.empty());
  return told->rows;
}

std::map<std::string, i64> jobs_of(const Pulling& it) {
  std::map<std::string, i64> jobs;
  std::istringstream lines(it.files.files.at("calls.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json name = json::parse(line).value("traceName", json());
    ++jobs[name.is_string() ? name.get<std::string>() : ""];
  }
  return jobs;
}

// Calls below a span that is the root for the server, and whose own parent it never got.
void fill_below_a_framework(FakeLangfuse& fake, i64 calls) {
  for (i64 i = 0; i < calls; ++i) {
    const i64 start = kBegin + i * 1'000;
    const std::string trace = fmt::format("t{}", i), root = fmt::format("root{}", i);
    fake.rows.push_back({.id = root,
                         .trace = trace,
                         .parent = fmt::format("outside{}", i),
                         .type = "SPAN",
                         .name = "triage-app",
                         .trace_name = "triage-app",
                         .start = start,
                         .updated = start,
                         .begins_trace = true});
    fake.rows.push_back({.id = fmt::format("g{}", i),
                         .trace = trace,
                         .parent = root,
                         .name = "ask",
                         .start = start,
                         .updated = start,
                         .prompt = 500 + i});
  }
}

// Half of the calls are straight under a trace, half under a span of one; they begin before their trace, with
// it, or behind it.
void fill_beside_traces(FakeLangfuse& fake, i64 calls) {
  for (i64 i = 0; i < calls; ++i) {
    const i64 start = kBegin + i * 1'000;
    const std::string trace = fmt::format("t{}", i);
    const bool below = i % 2 == 1;
    if (below) {
      fake.rows.push_back(
          {.id = fmt::format("s{}", i), .trace = trace, .type = "SPAN", .name = "step", .start = start});
    }
    fake.rows.push_back({.id = fmt::format("g{}", i),
                         .trace = trace,
                         .parent = below ? fmt::format("s{}", i) : "",
                         .name = "ask",
                         .start = start,
                         .updated = start,
                         .prompt = 100 + i});
    fake.traces.push_back({trace, below ? "span-job" : "mail-job", {"nightly"}, start - 1 + i % 3});
  }
}

i64 time_in(const json& row, const char* key) {
  return parse_time(row.at(key).get<std::string>())->micros / 1000;
}

std::string text_in(const json& row, const char* key) {
  return row.value(key, json()).is_string() ? row[key].get<std::string>() : "";
}

// Rows of a recorded page, as the fake keeps them.
void add_recorded_rows(FakeLangfuse& fake, const std::string& page) {
  const json parsed = json::parse(page);
  for (const json& row : parsed.at("data")) {
    fake.rows.push_back(
        {.id = row.at("id"),
         .trace = row.at("traceId"),
         .parent = text_in(row, "parentObservationId"),
         .type = row.at("type"),
         .name = text_in(row, "name"),
         .model = text_in(row, "model"),
         .environment = row.at("environment"),
         .trace_name = text_in(row, "traceName"),
         .tags = row.value("tags", std::vector<std::string>()),
         .start = time_in(row, "startTime"),
         .updated = time_in(row, "updatedAt"),
         .prompt = row.contains("usageDetails") ? row["usageDetails"].value("input", i64{0}) : 0,
         .begins_trace = row.value("isRootObservation", false),
         .project = row.at("projectId")});
  }
}

void add_recorded_traces(FakeLangfuse& fake, const std::string& page) {
  const json parsed = json::parse(page);
  for (const json& trace : parsed.at("data"))
    fake.traces.push_back(
        {trace.at("id"), text_in(trace, "name"), trace.at("tags"), time_in(trace, "timestamp")});
}

void look_after_recordings(Pulling& it) {
  it.clock.set(*parse_time("2026-11-30T00:00:00Z"));
  it.options.query.from = parse_time("2026-11-29T00:00:00Z");
}

}  // namespace

TEST_CASE("a root whose parent is outside names its calls, with and without filters") {
  Pulling it;
  fill_below_a_framework(it.fake, 40);
  CHECK(pulled(it, {"", "", 0}) == 40);
  CHECK(jobs_of(it) == std::map<std::string, i64>{{"triage-app", 40}});
  CHECK(pulled(it, {"triage-app", "", 0}) == 40);
  CHECK(pulled(it, {"ask", "", 0}) == 0);
}

TEST_CASE("a call that is such a root itself has its own name") {
  Pulling it;
  it.fake.rows = {{.id = "g",
                   .trace = "t",
                   .parent = "outside",
                   .name = "summary",
                   .start = kBegin,
                   .prompt = 7,
                   .begins_trace = true}};
  CHECK(pulled(it, {"summary", "", 0}) == 1);
}

TEST_CASE("a trace of v1 names its calls whatever begins first, with and without filters") {
  for (const LangfuseMode mode : {LangfuseMode::v1_only, LangfuseMode::legacy}) {
    CAPTURE(static_cast<int>(mode));
    Pulling it;
    it.fake.mode = mode;
    fill_beside_traces(it.fake, 60);
    CHECK(pulled(it, {"", "", 0}) == 60);
    CHECK(jobs_of(it) == std::map<std::string, i64>{{"mail-job", 30}, {"span-job", 30}});
    for (const Want& want : std::initializer_list<Want>{{"mail-job", "", 30},
                                                        {"span-job", "", 30},
                                                        {"", "nightly", 60},
                                                        {"mail-job", "nightly", 30},
                                                        {"ask", "", 0}}) {
      CAPTURE(want.job);
      CHECK(pulled(it, want) == want.rows);
    }
  }
}

TEST_CASE("the recorded calls below a framework's span all belong to their job") {
  const auto calls = shared_file("langfuse/roots/approot_v2_calls.json");
  const auto roots = shared_file("langfuse/roots/approot_v2_roots.json");
  if (!calls || !roots) return;
  Pulling it;
  look_after_recordings(it);
  add_recorded_rows(it.fake, *calls);
  add_recorded_rows(it.fake, *roots);
  CHECK(pulled(it, {"", "", 0}) == 20);
  CHECK(jobs_of(it) == std::map<std::string, i64>{{"mail-triage-app", 20}});
  CHECK(pulled(it, {"mail-triage-app", "", 0}) == 20);
}

TEST_CASE("the recorded calls that begin with their traces all belong to their jobs") {
  const auto calls = shared_file("langfuse/roots/tie_v1_observations_1.json");
  const auto traces = shared_file("langfuse/roots/tie_v1_traces_1.json");
  if (!calls || !traces) return;
  Pulling it;
  look_after_recordings(it);
  it.fake.mode = LangfuseMode::legacy;
  add_recorded_rows(it.fake, *calls);
  add_recorded_traces(it.fake, *traces);
  CHECK(pulled(it, {"", "", 0}) == 100);
  CHECK(jobs_of(it) == std::map<std::string, i64>{{"mail-job", 50}, {"span-job", 50}});
  CHECK(pulled(it, {"mail-job", "", 0}) == 50);
  CHECK(pulled(it, {"span-job", "", 0}) == 50);
  CHECK(pulled(it, {"", "nightly", 0}) == 100);
}
