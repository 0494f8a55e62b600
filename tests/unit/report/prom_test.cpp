#include <doctest/doctest.h>

#include <limits>

#include "prom_checker.hpp"
#include "report/report.hpp"

using namespace ctxcap;
using test::PromChecker;

namespace {

JobMetrics triage() {
  return {.job = "email-triage",
          .model = "devstral-small-2",
          .variant = "devstral-small-2:triage",
          .requests = 4100,
          .prompt = {.p50 = 1200, .p90 = 3000, .p95 = 4000, .p99 = 5600, .p99_9 = 7000, .max = 7400},
          .total = {.p50 = 1250, .p90 = 3050, .p95 = 4050, .p99 = 5666, .p99_9 = 7100, .max = 7453},
          .required = 7453,
          .current = 40960,
          .cap = 8192,
          .risk = 0.00073,
          .expected_cut_30d = 0.5};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

PromChecker checked(const Metrics& metrics) {
  const std::string text = report::prom_text(metrics);
  CAPTURE(text);
  PromChecker checker(text);
  CHECK(joined(checker.complaints) == "");
  return checker;
}

}  // namespace

TEST_CASE("metrics say what is known, and only that") {
  Metrics metrics{.version = "0.1.0", .jobs = {triage()}};
  metrics.variants = {{.variant = "devstral-small-2:triage",
                       .model = "devstral-small-2",
                       .cap = 8192,
                       .predicted = 16'900'000'000,
                       .measured = 17'179'869'184}};
  metrics.run = RunMetrics{.at = {1'795'000'000'500'000},
                           .last_success = Instant{1'795'000'000'500'000},
                           .exit_code = 0,
                           .seconds = 41.25};
  auto samples = checked(metrics).samples;
  const std::string job =
      R"({job_name="email-triage",model="devstral-small-2",variant="devstral-small-2:triage")";
  const std::string variant = R"({model="devstral-small-2",variant="devstral-small-2:triage"})";
  CHECK(samples.at("ctxcap_job_requests" + job + "}") == 4100);
  CHECK(samples.at("ctxcap_job_tokens" + job + R"(,part="total",percentile="99.9"})") == 7100);
  CHECK(samples.at("ctxcap_job_tokens" + job + R"(,part="prompt",percentile="100"})") == 7400);
  CHECK(samples.count("ctxcap_job_tokens" + job + R"(,part="generation",percentile="50"})") == 0);
  CHECK(samples.at("ctxcap_job_required_tokens" + job + "}") == 7453);
  CHECK(samples.at("ctxcap_job_current_tokens" + job + "}") == 40960);
  CHECK(samples.at("ctxcap_job_cap_tokens" + job + "}") == 8192);
  CHECK(samples.at("ctxcap_job_headroom_tokens" + job + "}") == 739);
  CHECK(samples.at("ctxcap_job_over_cap_ratio" + job + "}") == 0.00073);
  CHECK(samples.at("ctxcap_job_expected_cut_requests" + job + "}") == 0.5);
  CHECK(samples.at("ctxcap_job_censored" + job + "}") == 0);
  CHECK(samples.at("ctxcap_variant_predicted_bytes" + variant) == 16'900'000'000);
  CHECK(samples.at("ctxcap_variant_measured_bytes" + variant) == 17'179'869'184);
  CHECK(samples.at("ctxcap_last_success_timestamp_seconds") == 1'795'000'000.5);
  CHECK(samples.at("ctxcap_last_run_exit_code") == 0);
  CHECK(samples.at("ctxcap_last_run_duration_seconds") == 41.25);
  CHECK(samples.at("ctxcap_build_info{version=\"0.1.0\"}") == 1);
}

TEST_CASE("bytes are written as integers") {
  Metrics metrics;
  metrics.variants = {{.variant = "a:x", .model = "a", .predicted = 17'179'869'185}};
  CHECK(report::prom_text(metrics).find("} 17179869185\n") != std::string::npos);
}

TEST_CASE("nothing known is nothing written") {
  CHECK(report::prom_text({}).empty());
  Metrics metrics{.jobs = {{.job = "a", .model = "m", .risk = std::numeric_limits<double>::quiet_NaN()}}};
  metrics.run = RunMetrics{.at = {1'000'000}, .exit_code = 6};
  const auto samples = checked(metrics).samples;
  CHECK(samples.count("ctxcap_last_success_timestamp_seconds") == 0);
  CHECK(samples.at("ctxcap_last_run_exit_code") == 6);
  for (const auto& item : samples) {
    const std::string& key = item.first;
    CAPTURE(key);
    CHECK(key.find("cap_tokens") == key.npos);
    CHECK(key.find("ratio") == key.npos);
  }
}

TEST_CASE("names cannot break the file, whatever they hold") {
  const std::string names[] = {"quote\"quote",        "back\\slash",  "line\nend", "tab\t",  "nul\0",
                               "bad \xff utf-8",      "Ünïcode 日本", "} 1\nx 2",  "a\r\n#", "",
                               std::string(5000, 'x')};
  Metrics metrics;
  for (const std::string& name : names) {
    JobMetrics job = triage();
    job.job = name;
    metrics.jobs.push_back(job);
    job = triage();
    job.model = name;
    metrics.jobs.push_back(job);
    metrics.variants.push_back({.variant = name, .model = name, .cap = 1});
  }
  const auto samples = checked(metrics).samples;
  CHECK(samples.count(R"(ctxcap_job_censored{job_name="quote\"quote",model="devstral-small-2",)"
                      R"(variant="devstral-small-2:triage"})") == 1);
  CHECK(samples.count(R"(ctxcap_job_censored{job_name="back\\slash",model="devstral-small-2",)"
                      R"(variant="devstral-small-2:triage"})") == 1);
}

TEST_CASE("names that look the same once written stay apart") {
  Metrics metrics{.jobs = {triage(), triage(), triage()}};
  metrics.jobs[0].job = "a\x01";
  metrics.jobs[1].job = "a\x02";
  metrics.jobs[1].cap = 4096;
  metrics.jobs[2].job = "a?";
  const auto samples = checked(metrics).samples;
  const std::string rest = R"(,model="devstral-small-2",variant="devstral-small-2:triage"})";
  CHECK(samples.at("ctxcap_job_cap_tokens{job_name=\"a?\"" + rest) == 8192);
  CHECK(samples.at("ctxcap_job_cap_tokens{job_name=\"a? #2\"" + rest) == 4096);
  CHECK(samples.at("ctxcap_job_cap_tokens{job_name=\"a? #3\"" + rest) == 8192);
}

TEST_CASE("an analysis becomes metrics") {
  Analysis analysis;
  BaseDecision base{.model = "m", .num_ctx = 8192};
  JobDecision job;
  job.stats.job = "j";
  job.stats.model = "m";
  job.stats.requests = 10;
  job.stats.required.num_ctx = 7453;
  job.num_ctx = 8192;
  job.outlook = Outlook{.num_ctx = 8192, .share_upper = 0.01, .expected_cut_30d = 2.0};
  base.jobs = {job};
  // Cut, and too little besides: the window to try next is no need.
  job.stats.job = "cut";
  job.stats.censoring.verdict = CensoringVerdict::censored;
  job.stats.required.basis = Basis::little_data;
  job.outlook.reset();
  base.jobs.push_back(job);
  analysis.bases = {
      {.decision = base, .variants = {Variant{.name = "m:j", .num_ctx = 8192, .predicted_bytes = 5}}}};
  const Metrics metrics = report::metrics_of(analysis);
  REQUIRE(metrics.jobs.size() == 2);
  CHECK(metrics.jobs[0].variant == "m:j");
  CHECK(metrics.jobs[0].required == 7453);
  CHECK(metrics.jobs[0].risk == 0.01);
  CHECK_FALSE(metrics.jobs[0].censored);
  CHECK(metrics.jobs[1].censored);
  CHECK_FALSE(metrics.jobs[1].required);
  CHECK_FALSE(metrics.jobs[1].risk);
  REQUIRE(metrics.variants.size() == 1);
  CHECK(metrics.variants[0].predicted == 5);
  checked(metrics);
}

TEST_CASE("the checker finds what is wrong") {
  const std::string head = "# HELP a b\n# TYPE a gauge\n";
  CHECK(PromChecker(head + "a 1\n").complaints.empty());
  for (const char* wrong :
       {"a 1", "a 1 1795000000\n", "a one\n", "b 1\n", "a{x=1} 1\n", "a{x=\"1} 1\n", "a{x=\"\\t\"} 1\n",
        "a{x=\"1\",x=\"2\"} 1\n", "a{quantile=\"0.5\"} 1\n", "a 1\na 2\n", "", "a 1\n\n", "a{1x=\"\"} 1\n",
        "a 1\n# HELP a b\n# TYPE a gauge\na{x=\"\"} 2\n"}) {
    CAPTURE(std::string(wrong));
    CHECK_FALSE(PromChecker(head + wrong).complaints.empty());
  }
  CHECK_FALSE(PromChecker("a 1\n").complaints.empty());
  CHECK_FALSE(PromChecker("# HELP a_total b\n# TYPE a_total gauge\na_total 1\n").complaints.empty());
}
