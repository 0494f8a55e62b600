// What a terminal gets of more jobs than anybody would look through.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "report/report.hpp"

using namespace ctxcap;

namespace {

Analysis with_jobs(int count) {
  Analysis analysis;
  BaseDecision base{.model = "m"};
  for (int i = 0; i < count; ++i) {
    JobDecision job;
    job.stats.job = fmt::format("job-{:03}", i);
    job.stats.model = "m";
    job.stats.requests = i % 7 == 0 ? 1'000 : 1;
    base.jobs.push_back(job);
    analysis.warnings.push_back({"little-data", job.stats.job + ": little"});
  }
  analysis.bases = {{.decision = base}};
  return analysis;
}

i64 times(const std::string& text, std::string_view word) {
  i64 count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a terminal gets the largest jobs and a word of the others, a file all of them") {
  const report::Format& table = **report::format_named("table");
  const std::string shown = table.print(with_jobs(300), {.most = 50});
  CHECK(times(shown, "\n job-") == 50);
  CHECK(times(shown, "1,000") == 43);
  CHECK(shown.find("  and 250 more jobs with fewer requests; -o FILE.json, .csv or .txt has all\n") !=
        std::string::npos);
  CHECK(shown.find("   and 250 more warnings; -o FILE.json has all\n") != std::string::npos);
  CHECK(times(table.print(with_jobs(300), {}), "\n job-") == 300);
  CHECK(table.print(with_jobs(50), {.most = 50}).find("more jobs") == std::string::npos);
}

TEST_CASE("of many reasons the most frequent are listed, and the others counted") {
  std::vector<Skip> skipped;
  for (int i = 0; i < 10; ++i) skipped.push_back({fmt::format("reason-{}", i), 1 + i, "f:1"});
  const auto lines = report::skip_lines(skipped, 4);
  CHECK(lines == std::vector<std::string>{"10 reason-9, first f:1", "9 reason-8, first f:1",
                                          "8 reason-7, first f:1", "7 reason-6, first f:1",
                                          "21 for 6 more reasons"});
  CHECK(report::skip_lines(skipped).size() == 10);
  CHECK(report::skip_lines(skipped, 10).size() == 10);
  CHECK(report::skip_lines(skipped, 9).back() == "1 for 1 more reason");
}

TEST_CASE("rows that were not counted are told in one line, as much of it as fits") {
  Analysis analysis = with_jobs(1);
  for (const char* reason : {"not-a-generation", "duplicate", "no-usage", "judge"})
    analysis.skipped.push_back({reason, 4'110, "f:1"});
  const report::Format& table = **report::format_named("table");
  const auto line = [&](int width) {
    const std::string text = table.print(analysis, {.width = width, .details = false});
    const std::size_t begin = text.find("Skipped");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  CHECK(line(200).ends_with("4,110 judge (--details: where)"));
  CHECK(line(82) == "Skipped  16,440 rows: 4,110 not-a-generation and 3 more reasons (--details: where)");
  CHECK(line(80) == "Skipped  16,440 rows: 4,110 not-a-generation and 3 more reasons (--details)");
  CHECK(line(70) == "Skipped  16,440 rows (--details: why)");
  for (int width = 60; width <= 140; ++width) CHECK(static_cast<int>(line(width).size()) <= width);
}
