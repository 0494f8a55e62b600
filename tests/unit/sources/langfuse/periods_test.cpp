// What a pull may not take for the whole: the newer part of a period, another project, a server that is gone.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/sources/langfuse/pulling.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using namespace std::chrono_literals;

TEST_CASE("where v2 has only the newer part of a period, v1 gives the rest, and it is told") {
  for (const int concurrency : {1, 4}) {
    CAPTURE(concurrency);
    Pulling it;
    it.fake.mode = LangfuseMode::both;
    it.options.concurrency = concurrency;
    fill_project(it.fake, 1'350, kBegin, 60'000);
    it.fake.v2_begins = kBegin + 1'000 * 60'000;
    const auto told = it.pull();
    REQUIRE_MESSAGE(told, told.error().why);
    CHECK(it.rows() == it.wanted());
    REQUIRE(told->notes.size() == 1);
    CHECK(told->notes[0] ==
          "calls before 2026-08-10T16:40:00.001Z are from the older API: the newer one has none of them");
    // Of both parts the calls are named.
    CHECK(it.row("call-4").at("traceName") == "summary");
    CHECK(it.row("call-1300").at("traceName") == "summary");

    it.options.query = {};
    const auto again = it.pull();
    REQUIRE(again);
    CHECK(it.rows() == it.wanted());
  }
}

TEST_CASE("an interrupted pull of both parts goes on where it was") {
  Pulling calm;
  const auto set = [](Pulling& it) {
    it.fake.mode = LangfuseMode::both;
    fill_project(it.fake, 250, kBegin, 60'000);
    it.fake.v2_begins = kBegin + 100 * 60'000;
  };
  set(calm);
  REQUIRE(calm.pull());
  const i64 requests = static_cast<i64>(calm.fake.diary.size());
  for (i64 at = 2; at <= requests; ++at) {
    CAPTURE(at);
    Pulling it;
    set(it);
    for (i64 request = at; request < at + 50; ++request) it.fake.faults[request] = LangfuseFault::busy_503;
    REQUIRE_FALSE(it.pull());
    it.fake.faults.clear();
    REQUIRE(it.pull());
    CHECK(it.rows() == calm.rows());
  }
}

TEST_CASE("a server whose v1 is there, and has nothing older, is asked once") {
  Pulling it;
  it.fake.mode = LangfuseMode::both;
  fill_project(it.fake, 90, kBegin, 60'000);
  const auto told = it.pull();
  REQUIRE(told);
  CHECK(told->notes.empty());
  CHECK(told->api == "v2");
  const auto asked_v1 = [&] {
    return std::count_if(it.fake.diary.begin(), it.fake.diary.end(), [](const std::string& path) {
      return path.starts_with("/api/public/observations");
    });
  };
  CHECK(asked_v1() == 1);
  it.options.query = {};
  it.fake.rows.push_back({.id = "new", .trace = "x", .start = ms_of("2026-08-19T00:00:00Z"), .prompt = 5});
  REQUIRE(it.pull());
  CHECK(asked_v1() == 1);  // what is older than this was pulled before
}

TEST_CASE("a file is of one project: other keys are refused, and nothing is changed") {
  for (const bool old_watermark : {false, true}) {
    CAPTURE(old_watermark);
    Pulling it;
    fill_project(it.fake, 30, kBegin, 60'000);
    REQUIRE(it.pull());
    std::string& mark = it.files.files["calls.jsonl.watermark"];
    auto parsed = nlohmann::json::parse(mark);
    CHECK(parsed.at("project") == "proj1");
    if (old_watermark) {
      parsed.erase("project");
      mark = parsed.dump();
    }
    const auto before = it.files.files;

    it.options.query.from.reset();
    for (FakeRow& row : it.fake.rows) row.project = "other";
    it.fake.rows.push_back(
        {.id = "new", .trace = "x", .start = ms_of("2026-08-19T12:00:00Z"), .prompt = 5, .project = "other"});
    const auto refused = it.pull();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().what == "these keys are of another project");
    CHECK(refused.error().why.find("of proj1, and https://langfuse.example.org now sends calls of other") !=
          std::string::npos);

    // A project that has no call in this time is no less another one.
    it.fake.rows.pop_back();
    CHECK(it.pull().error().what == "these keys are of another project");
    it.fake.rows.clear();
    CHECK(it.pull().error().what == "the project of these keys is empty");
    for (const auto& [path, content] : before) CHECK(it.files.files[path] == content);
    CHECK_FALSE(it.files.files.contains("calls.jsonl.part"));
  }
}

TEST_CASE("an unfinished pull with other flags is left where it is") {
  Pulling it;
  fill_project(it.fake, 3'500, kBegin, 60'000);
  for (i64 request = 3; request < 99; ++request) it.fake.faults[request] = LangfuseFault::busy_503;
  REQUIRE_FALSE(it.pull());
  const std::string left = it.files.files.at("calls.jsonl.part");
  it.fake.faults.clear();
  it.options.query.environments = {"staging"};
  CHECK(it.pull().error().what == "an unfinished pull is in the way");
  CHECK(it.files.files["calls.jsonl.part"] == left);
}

TEST_CASE("a server, or its database, that is gone for a minute is waited for") {
  for (const LangfuseFault gone : {LangfuseFault::dropped, LangfuseFault::html_502, LangfuseFault::busy_503,
                                   LangfuseFault::failed_500, LangfuseFault::no_database_500}) {
    for (const int concurrency : {1, 4}) {
      CAPTURE(fault_name(gone));
      CAPTURE(concurrency);
      Pulling calm, it;
      for (Pulling* one : {&calm, &it}) {
        one->options.concurrency = concurrency;
        fill_project(one->fake, 1'100, kBegin, 60'000);
      }
      const auto undisturbed = calm.pull();
      REQUIRE(undisturbed);
      it.fake.gone_as = gone;
      // Once two requests are through.
      it.fake.faults[3] = LangfuseFault::limit_429;
      it.fake.gone_from = 1;
      it.fake.gone_until = 70'000;
      const auto told = it.pull();
      REQUIRE_MESSAGE(told, told.error().why);
      CHECK(it.files.files["calls.jsonl"] == calm.files.files["calls.jsonl"]);
      CHECK(it.clock.elapsed() >= 69s);
      CHECK(it.clock.elapsed() < 100s);
      CHECK(told->requests - told->retries == undisturbed->requests);  // nothing was cut smaller
    }
  }
}

TEST_CASE("one that has never answered is given up soon, except at night") {
  for (const bool patient : {false, true}) {
    CAPTURE(patient);
    Pulling it;
    it.options.patient = patient;
    fill_project(it.fake, 30, kBegin, 60'000);
    it.fake.gone_until = 60'000;
    const auto told = it.pull();
    CHECK(told.has_value() == patient);
    CHECK(it.clock.elapsed() >= (patient ? 60s : 1s));
    CHECK(it.clock.elapsed() < (patient ? 90s : 10s));
  }
}

TEST_CASE("one that stays away is given up after some minutes") {
  Pulling it;
  fill_project(it.fake, 3'500, kBegin, 60'000);
  it.fake.gone_as = LangfuseFault::no_database_500;
  it.fake.gone_until = 24 * 3'600'000;
  const auto told = it.pull();
  REQUIRE_FALSE(told);
  CHECK(told.error().kind == ErrorKind::unreachable);
  CHECK(told.error().why.find("ECONNREFUSED") != std::string::npos);
  CHECK(it.clock.elapsed() > 2min);
  CHECK(it.clock.elapsed() < 5min);
}
