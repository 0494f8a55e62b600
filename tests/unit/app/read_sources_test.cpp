#include "intake/intake.hpp"

#include <doctest/doctest.h>

#include "io/io.hpp"
#include "sources/sources.hpp"
#include "support/fake_console.hpp"
#include "support/fake_files.hpp"

using namespace ctxcap;

namespace {

struct Place {
  io::RealWorld real;
  test::FakeFiles files;
  test::FakeConsole console;
  World world = [this] {
    World all = real.world();
    return World{all.http, all.processes,   all.clock,     files,
                 console,  all.environment, all.databases, all.interrupts};
  }();
  cli::Talk talk{world, {}};

  Result<TraceSummary> read(std::vector<SourceSettings> sources, bool all_jobs = false) {
    return intake::read_sources({.sources = std::move(sources), .threads = 1, .all_jobs = all_jobs}, world,
                                talk);
  }
};

SourceSettings files_of(const char* path) {
  return {.kind = find_kind(sources::kinds(), "files"), .where = {path}};
}

std::string row(const char* id, const char* job, i64 prompt) {
  return R"({"id":")" + std::string(id) + R"(","model":"m","job":")" + job + R"(","prompt_tokens":)" +
         std::to_string(prompt) + R"(,"generation_tokens":10})" + "\n";
}

i64 requests(const TraceSummary& summary, const std::string& job = "") {
  i64 count = 0;
  for (const Demand& demand : summary.demands) {
    if (job.empty() || demand.job == job) count += demand.pooled().prompt.count();
  }
  return count;
}

}  // namespace

TEST_CASE("rows with equal ids count once, across sources that are read the same way") {
  Place place;
  place.files.files = {{"a.jsonl", row("1", "x", 100) + row("2", "x", 200)}, {"b.jsonl", row("2", "x", 200)}};
  SourceSettings a = files_of("a.jsonl"), b = files_of("b.jsonl");
  a.map = b.map = {{"id", "id"}, {"prompt", "prompt_tokens"}, {"generation", "generation_tokens"}};
  const auto read = place.read({a, b});
  REQUIRE(read);
  CHECK(requests(*read) == 2);
  CHECK(read->inputs.size() == 2);
}

TEST_CASE("each source has its own names of fields and its own rule for jobs; the rest is added up") {
  Place place;
  place.files.files = {
      {"a.jsonl", row("1", "x", 100)},
      {"b.csv", "Context,Answer,Task\n300,20,y\n400,20,z\n"},
      {"c.jsonl", R"({"id":"7","model":"m","kind":"w","prompt_tokens":5,"generation_tokens":1})"
                  "\n"}};
  SourceSettings mapped = files_of("b.csv"), ruled = files_of("c.jsonl");
  mapped.map = {{"prompt", "Context"}, {"generation", "Answer"}, {"job", "Task"}};
  ruled.job_rule = "field:kind";
  auto read = place.read({files_of("a.jsonl"), mapped, ruled});
  REQUIRE(read);
  CHECK(requests(*read) == 4);
  for (const char* job : {"x", "y", "z", "w"}) {
    CAPTURE(job);
    CHECK(requests(*read, job) == 1);
  }
}

TEST_CASE("each source gives the jobs that it is asked for, a night all of them") {
  Place place;
  place.files.files = {{"a.jsonl", row("1", "x", 100) + row("2", "y", 200)},
                       {"b.jsonl", row("3", "x", 100) + row("4", "y", 200)}};
  SourceSettings a = files_of("a.jsonl"), b = files_of("b.jsonl");
  a.jobs = {"x"};
  b.jobs = {"y"};
  auto read = place.read({a, b});
  REQUIRE(read);
  CHECK(requests(*read, "x") == 1);
  CHECK(requests(*read, "y") == 1);
  read = place.read({a, b}, true);
  REQUIRE(read);
  CHECK(requests(*read) == 4);
  a.jobs = {"nobody"};
  read = place.read({a});
  REQUIRE_FALSE(read);
  CHECK(read.error().what == "no request is of the job nobody");
}

TEST_CASE("a file that is named twice is found before anything is read") {
  Place place;
  place.files.files = {{"a.jsonl", row("1", "x", 100)}};
  SourceSettings twice = files_of("a.jsonl");
  twice.where.emplace_back("a.jsonl");
  const auto read = place.read({twice});
  REQUIRE_FALSE(read);
  CHECK(read.error().what == "the traces name a.jsonl twice");
}
