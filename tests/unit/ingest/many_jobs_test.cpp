// Names that hold an id make a job of every request.

#include <random>

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

std::string row(const std::string& job, i64 prompt, const std::string& tag = "") {
  return fmt::format(
             R"({{"traceId":"t","promptTokens":{},"completionTokens":1,"type":"GENERATION","name":"{}","model":"m","tags":[{}]}})",
             prompt, job, tag.empty() ? "" : "\"" + tag + "\"") +
         "\n";
}

}  // namespace

TEST_CASE("the smallest of too many jobs become one, whoever read them, and no request is lost") {
  std::string text;
  i64 requests = 0;
  for (int job = 0; job < 300; ++job) {
    const int times = job % 100 == 7 ? 50 : 1 + job % 3;
    for (int i = 0; i < times; ++i) text += row(fmt::format("job-{:03}", job), 10 + job);
    requests += times;
  }
  const TraceSummary all = ingest_whole(text);
  CHECK(all.demands.size() == 300);
  CHECK(all.pooled == 0);
  const TraceSummary few = ingest_whole(text, {.most_jobs = 10});
  CHECK(few.pooled == 290);
  REQUIRE(few.demands.size() == 11);
  i64 seen = 0;
  for (const Demand& demand : few.demands) seen += demand.pooled().need.count();
  CHECK(seen == requests);
  for (const char* job : {"job-007", "job-107", "job-207", "job-002", "job-005", kOtherJobs}) {
    CAPTURE(job);
    CHECK(std::any_of(few.demands.begin(), few.demands.end(), [&](const Demand& d) { return d.job == job; }));
  }
  check_nothing_lost(few);
  for (int threads : {1, 2, 3}) {
    const TraceSummary again = ingest_whole(text, {.threads = threads, .most_jobs = 10, .batch = 500});
    CHECK(again.demands == few.demands);
  }
}

TEST_CASE("the rule that would tell few jobs apart is named, where nearly all rows know it") {
  struct Row {
    const char* name;
    std::function<std::string(int)> tag;
    const char* rule;
    i64 jobs;
  };
  const Row rows[] = {
      {"twelve tags", [](int i) { return fmt::format("tag-{}", i % 12); }, "tag", 12},
      {"as many tags", [](int i) { return fmt::format("tag-{}", i); }, "", 0},
      {"on half of the rows", [](int i) { return i % 2 == 0 ? "tag" : ""; }, "", 0},
  };
  for (const Row& one : rows) {
    CAPTURE(one.name);
    std::string text;
    for (int i = 0; i < 2'000; ++i)
      text += row(fmt::format("triage-{:08x}", static_cast<unsigned>(i) * 2654435761U), 10, one.tag(i));
    const TraceSummary summary = ingest_whole(text, {.threads = 2, .batch = 10'000});
    CHECK(summary.group_by == one.rule);
    CHECK(summary.grouped_jobs == one.jobs);
  }
}
