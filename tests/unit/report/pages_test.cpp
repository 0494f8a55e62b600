// Pages of cards, of a look back and of a history: whole documents, whatever names are in them.

#include <doctest/doctest.h>

#include "html_checker.hpp"
#include "report/report.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kHostile = "</title><img src=x onerror=alert(1)>\"'&";

constexpr i64 kHour = 3'600'000'000;

CardPicture picture_of(const std::string& name) {
  CardPicture picture{.tenants = {"ollama", name}, .stretch = kHour};
  for (i64 hour = 0; hour < 24; ++hour)
    picture.columns.push_back({{hour * kHour}, {20LL << 30, hour << 27, 1LL << 20}});
  picture.week[0][3] = 23LL << 30;
  picture.pairs = {{name, "ollama", 3, 4'000, 26LL << 30}};
  return picture;
}

CardUse use_of(const std::string& name) {
  CardUse use{.card = {.name = name, .total = 24LL << 30, .reserved = 300LL << 20}};
  use.watched = 86'400;
  use.step = 60;
  use.tenants = {{.tenant = {name, TenantKind::container, name}, .peak = 7LL << 30},
                 {.tenant = {"ollama", TenantKind::ollama, "program"}, .peak = 20LL << 30}};
  use.rest_needed = use.rest_seen = 7LL << 30;
  OomUse oom{.oom = {.at = {5 * kHour}, .tenant = name, .wanted = 1LL << 30},
             .held = 6LL << 30,
             .others = 20LL << 30,
             .need = 7LL << 30};
  oom.num_ctx = 40'960;
  for (const Tokens window : {8'192, 16'384, 16'384}) {
    oom.avoided_at = window;
    use.ooms.push_back(oom);
  }
  use.advised = 8'192;
  use.sources = {name};
  use.picture = std::make_shared<CardPicture>(picture_of(name));
  return use;
}

void check_page(const std::string& html) {
  CHECK(misnested(html) == "");
  CHECK(html.find("<img") == html.npos);
  CHECK(html.find("://") == html.npos);
  const auto ids = values_of(html, " id=\"");
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
  for (const char* refers : {"aria-labelledby=\"", " for=\"", "data-table=\""}) {
    for (const std::string& id : values_of(html, refers)) CHECK(std::count(ids.begin(), ids.end(), id) == 1);
  }
}

}  // namespace

TEST_CASE("the page of cards has who held what, who ran out, and which window avoids it") {
  const std::string html = report::card_page({use_of(kHostile), use_of("b")});
  check_page(html);
  CHECK(html.find("\"window\":[\"8,192 (advised)\",\"16,384\",\"40,960 (then)\"]") != html.npos);
  CHECK(html.find(
            "\"avoided\":[\"3 of 3 would not have happened\",\"2 of 3 would not have happened\",\"0 of 3") !=
        html.npos);
  CHECK(html.find("out of memory, 1970-01-01 05:00") != html.npos);
  CHECK(html.find("<span class=\"left bad\">0.7</span>") != html.npos);  // of Monday, 03:00
  CHECK(html.find("3.29 GiB more than the others leave it; a program ran out of memory 3 times") !=
        html.npos);
  check_page(report::card_page({}));
  CardUse unknown;
  check_page(report::card_page({unknown}));
}

TEST_CASE("the page of a look back says first whether the rule held") {
  Backtest backtest{.risk = 0.001, .confidence = 0.95};
  JobBacktest job{.job = kHostile, .model = kHostile, .by_day = true};
  job.rules = {
      {{.rule = "tolerance-bound", .decisions = 9, .requests = 1'000, .exceeded = 1, .mean_num_ctx = 8'000},
       1e9},
      {{.rule = "p99", .decisions = 9, .requests = 1'000, .exceeded = 12, .mean_num_ctx = 5'000},
       std::nullopt}};
  backtest.jobs = {job, job, {.job = "few"}};
  backtest.jobs[1].rules[0].result.exceeded = 9;
  backtest.jobs[1].rules[0].result.chance = 1e-6;
  const std::string html = report::backtest_page(backtest);
  check_page(html);
  CHECK(html.find("the rule held: 1 of 1,000 requests were cut (0.1 %); the goal was 0.1 %") != html.npos);
  CHECK(html.find("the rule did not hold: 9 of 1,000 requests were cut (0.9 %)") != html.npos);
  CHECK(html.find("<strong>few</strong>: the log is too short to look back on") != html.npos);
  check_page(report::backtest_page({}));
}

TEST_CASE("the page of a history has the need of each day beside the window it had") {
  History history;
  history.decisions = {{.at = {1}, .job = kHostile, .model = kHostile, .reason = kHostile}};
  history.measurements = {{.at = {2}, .variant = kHostile}};
  history.jobs = {{.job = kHostile,
                   .model = "m",
                   .num_ctx = 8'192,
                   .days = {{20'000, 5, 4'000, std::nullopt}, {20'003, 6, 5'000, 8'192}}},
                  {.job = "idle", .model = "m"}};
  const std::string html = report::history_page(history);
  check_page(html);
  CHECK(html.find("has a window of 8,192, and needed at most 5,000 tokens in 2 days") != html.npos);
  CHECK(values_of(html, "<line class=\"cap").size() == 1);
  CHECK(report::history_page({}).find("Nothing is recorded yet.") != std::string::npos);
  check_page(report::history_page({}));
}
