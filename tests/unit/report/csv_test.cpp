// CSV goes into spreadsheets, and job names come from anybody's logs.

#include <doctest/doctest.h>

#include "report/report.hpp"

using namespace ctxcap;

namespace {

std::string csv_of(const std::string& job) {
  Analysis analysis;
  JobDecision decision;
  decision.stats.job = job;
  decision.stats.model = "m";
  BaseDecision base{.model = "m"};
  base.jobs = {decision};
  analysis.bases = {{.decision = base}};
  const std::string text = (*report::format_named("csv"))->print(analysis, {});
  return text.substr(text.find('\n') + 1);
}

}  // namespace

TEST_CASE("a name that begins like a formula stays a name") {
  CHECK(csv_of("=HYPERLINK(\"http://x\")").starts_with("\"'=HYPERLINK(\"\"http://x\"\")\",m,"));
  for (const char* name : {"=1+1", "+cmd", "@SUM(A1)", "-2+3"}) {
    CAPTURE(name);
    CHECK(csv_of(name).starts_with(std::string("'") + name + ",m,"));
  }
  CHECK(csv_of("mail").starts_with("mail,m,"));
  CHECK(csv_of("-5").starts_with("-5,m,"));  // a number is none
}
