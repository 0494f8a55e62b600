// A page is made of names from anybody's logs, and is looked at by anybody's browser.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "html_checker.hpp"
#include "report/report.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kNasty = "</script><script>alert('x')</script>\"'&<!--\n\x01";

Candidate window_of(Tokens num_ctx, i64 over) {
  Candidate candidate{.num_ctx = num_ctx, .requests_over = over, .reason = "because of <b> & \"c\""};
  candidate.memory.kv_bytes = num_ctx * 163'840;
  candidate.memory.kv_swa_bytes = candidate.memory.kv_indexer_bytes = candidate.memory.rs_bytes = 0;
  candidate.memory.total_bytes = 14'000'000'000 + num_ctx * 163'840;
  return candidate;
}

JobDecision job_of(const std::string& name) {
  JobDecision job;
  job.stats.job = name;
  job.stats.model = name;
  std::vector<Bin> bins;
  for (Tokens tokens = 900; tokens < 7'500; tokens += 3) bins.push_back({tokens, 1 + tokens % 7});
  job.stats.need = job.stats.prompts = job.stats.answers = make_histogram(std::move(bins));
  job.stats.generation = Percentiles{.p50 = 10};
  job.stats.requests = job.stats.need.count();
  job.stats.from = Instant{1'780'000'000'000'000};
  job.stats.to = Instant{1'782'000'000'000'000};
  for (Day day = 0; day < 60; ++day)
    job.stats.by_day.push_back({20'600 + day, 100, 1'000, 3'000, 7'000 - day});
  job.current = CurrentWindow{40'960};
  job.num_ctx = 8'192;
  job.reason = name;
  for (const Tokens num_ctx :
       {2'048, 3'072, 4'096, 6'144, 8'192, 12'288, 16'384, 24'576, 32'768, 40'960, 49'152, 65'536})
    job.candidates.push_back(window_of(num_ctx, job.stats.need.count_above(num_ctx)));
  job.candidates[4].taken = true;
  job.outlook = Outlook{.num_ctx = 8'192, .share_upper = 0.0007, .confidence = 0.95};
  return job;
}

// Every setting with numbers of its own: no table is larger.
WhatIf table_of(const BaseDecision& base) {
  WhatIf table{.model = base.model,
               .kv_types = {"f16", "q8_0", "q4_0"},
               .slots = {1, 2, 4},
               .tenants = {{}, {{"a"}, 1}, {{"a", "b"}, 2}}};
  for (const Candidate& candidate : base.jobs.front().candidates) table.windows.push_back(candidate.num_ctx);
  Bytes bytes = 10'000'000'000;
  for (std::size_t i = 0; i < 27; ++i) {
    WhatIfSetting& setting =
        table.settings.emplace_back(WhatIfSetting{.kv_type = "f16", .others_bytes = ++bytes});
    // Caches and totals are the same whoever else is there; what is needed never is.
    for (std::size_t w = 0; w < table.windows.size(); ++w) {
      const Bytes cache = static_cast<Bytes>(i % 9 * 20 + w) * 12'345'678;
      setting.cells.push_back({cache, 9'000'000'000, cache + 9'000'000'000, bytes += 12'345'678, true});
    }
  }
  for (const JobDecision& job : base.jobs)
    table.jobs.push_back({job.stats.job, job.stats.model,
                          std::vector<std::optional<Outlook>>(table.windows.size(), job.outlook)});
  return table;
}

Analysis analysis_of(int models, const std::string& name) {
  Analysis analysis;
  for (int i = 0; i < models; ++i) {
    BaseDecision base{.model = name + std::to_string(i), .num_ctx = 8'192};
    base.jobs = {job_of(name)};
    analysis.bases.push_back({.decision = base});
    analysis.bases.back().variants.push_back(
        {.name = name, .modelfile = "FROM m\nSYSTEM \"\"\"" + name + "\"\"\"\n"});
    if (i < 6) analysis.what_if.push_back(table_of(base));
  }
  analysis.budget = BudgetReport{.budget = {.card = 24LL << 30, .tenants = {{name, 7'000'000'000}}}};
  analysis.budget->models = {{name, 15'000'000'000}};
  analysis.budget->needed_bytes = 23'000'000'000;
  analysis.budget->fits = true;
  analysis.inputs = {{name, name, 5, 5}};
  analysis.skipped = {{name, 1, name}};
  analysis.warnings = {{"w", name}};
  return analysis;
}

std::string page_of(const Analysis& analysis) {
  return (*report::format_named("html"))->print(analysis, {});
}

}  // namespace

TEST_CASE("no name becomes a part of the page") {
  const std::string html = page_of(analysis_of(2, kNasty));
  CHECK(html.find("alert('x')") == html.npos);
  CHECK(html.find("<script>alert") == html.npos);
  CHECK(html.find("<!--") == html.npos);
  CHECK(html.find('\x01') == html.npos);
  CHECK(html.find("&lt;script&gt;alert(&#39;x&#39;)") != html.npos);
  CHECK(html.find("\\u003c/script\\u003e") == html.npos);  // names are in no table; tenants would be
  CHECK(misnested(html) == "");
  Analysis with_tenant = analysis_of(1, "m");
  with_tenant.what_if.front().tenants[1].names = {kNasty};
  const std::string told = page_of(with_tenant);
  CHECK(told.find("\\u003c/script\\u003e\\u003cscript\\u003ealert('x')") != told.npos);
  CHECK(misnested(told) == "");
}

TEST_CASE("ten jobs, and settings to turn for as many models as there may be, stay within 400 kB") {
  const std::string html = page_of(analysis_of(10, "email-triage"));
  CHECK(values_of(html, "data-table=\"").size() == 6);
  CHECK(html.size() < 400'000);
  const std::string many = page_of(analysis_of(300, "email-triage"));
  CHECK(values_of(many, "class=\"to-log").size() == 24);
  CHECK(many.find("Figures are shown for the 24 jobs of most requests.") != many.npos);
}

TEST_CASE("a page asks nobody, its ids are its own, its headings go down by one") {
  const std::string html = page_of(analysis_of(3, "mail"));
  CHECK(misnested(html) == "");
  CHECK(html.find("default-src 'none'") != html.npos);
  CHECK(html.find("http:") == html.npos);
  CHECK(html.find("https:") == html.npos);
  const auto ids = values_of(html, " id=\"");
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
  for (const char* refers : {"aria-labelledby=\"", " for=\"", "data-table=\""}) {
    for (const std::string& id : values_of(html, refers)) CHECK(std::count(ids.begin(), ids.end(), id) == 1);
  }
  char level = '0';
  for (std::size_t at = html.find("<h"); at != html.npos; at = html.find("<h", at + 1)) {
    if (html[at + 2] < '1' || html[at + 2] > '6') continue;
    CHECK(html[at + 2] <= level + 1);
    level = html[at + 2];
  }
  CHECK(level > '2');
}

TEST_CASE("of a job that was cut nothing is said that nobody knows") {
  Analysis analysis = analysis_of(1, "mail");
  BaseDecision& base = analysis.bases.front().decision;
  JobDecision& job = base.jobs.front();
  job.stats.censoring = {
      .verdict = CensoringVerdict::censored, .num_ctx = 4'096, .rows = 31, .kinds = {"half-window-cut"}};
  job.outlook.reset();
  for (Candidate& candidate : job.candidates) candidate.requests_over.reset();
  analysis.what_if = {table_of(base)};
  const std::string html = page_of(analysis);
  CHECK(html.find("A window of 4,096 cut 31 requests") != html.npos);
  CHECK(html.find("how much they needed is unknown, so no risk is stated") != html.npos);
  CHECK(html.find("cuts none") == html.npos);
  CHECK(html.find("\"over\":[-1,-1") != html.npos);
  CHECK(html.find("may be cut") == html.npos);
}

TEST_CASE("an analysis of nothing is a page, too") {
  CHECK(misnested(page_of({})) == "");
}
