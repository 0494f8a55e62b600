// Demand per day: what a second reading changes, and what a day costs.

#include <algorithm>
#include <cmath>
#include <random>

#include "sandbox.hpp"
#include "state/demand_blob.hpp"

using namespace ctxcap;
using test::Sandbox;

namespace {

// Requests of one day as (prompt, generation).
DayDemand day_of(const std::vector<std::pair<Tokens, Tokens>>& requests) {
  std::vector<Bin> prompt, generation, total, need;
  for (const auto& [p, g] : requests) {
    prompt.push_back({p, 1});
    generation.push_back({g, 1});
    total.push_back({p + g, 1});
    need.push_back({std::max(p + g, p + 1), 1});
  }
  return {make_histogram(prompt), make_histogram(generation), make_histogram(total), make_histogram(need)};
}

Demand demand_of(std::map<Day, DayDemand> days) {
  Demand demand{.job = "triage", .model = "m", .days = std::move(days)};
  const auto begin_of = [](Day day) { return day == kUnknownDay ? 0 : day * 86'400'000'000; };
  demand.from = Instant{begin_of(demand.days.begin()->first)};
  demand.to = Instant{begin_of(demand.days.rbegin()->first) + 1};
  demand.num_ctx_asked = {{8'192, 3}, {40'960, 1}};
  demand.num_predict_asked = {{-1, 2}, {256, 4}};
  demand.windows = {{4'096, 5}};
  demand.cuts = {{0, 1}, {4'096, 2}};
  demand.bodies = {{100, 420, 2}, {100, 500, 1}, {200, 800, 1}};
  return demand;
}

const DayDemand kSmall = day_of({{1'000, 10}, {2'000, 0}});
const DayDemand kLarge = day_of({{1'000, 10}, {2'000, 0}, {9'000, 500}});

}  // namespace

TEST_CASE("demand comes back as it was read") {
  Sandbox sandbox;
  const Demand demand = demand_of({{kUnknownDay, kSmall}, {20'000, kLarge}, {20'001, kSmall}});
  {
    state::State state = sandbox.open();
    CHECK(state.merge_demand("langfuse", {{demand}}, Instant{1}) == state::DemandMerge{.days_added = 3});
  }
  CHECK(sandbox.open().demand().value() == std::vector<Demand>{demand});
  const auto later = sandbox.open().demand({.from = 20'001}).value();
  REQUIRE(later.size() == 1);
  CHECK(later[0].days.size() == 1);
}

TEST_CASE("of requests that were at work together the state keeps the most at once, and the slots") {
  Sandbox sandbox;
  Demand first = demand_of({{20'000, kSmall}}), second = demand_of({{20'001, kLarge}});
  first.busy = {{1, 7}, {3, 2}};
  first.slots = 4;
  second.busy = {{1, 9}};
  second.slots = 2;
  state::State state = sandbox.open();
  REQUIRE(state.merge_demand("log", {{first}}, Instant{1}));
  REQUIRE(state.merge_demand("log", {{second}}, Instant{2}));
  const auto both = state.demand().value();
  REQUIRE(both.size() == 1);
  CHECK(both[0].busy == std::map<Tokens, i64>{{1, 0}, {3, 0}});
  CHECK(both[0].slots == 4);
  const auto later = state.demand({.from = 20'001}).value();
  CHECK(later[0].slots == 2);
  // As it was written before slots were kept.
  Demand bare = demand_of({{20'000, kSmall}}), read;
  std::string blob = state::options_blob(bare);
  blob.resize(blob.size() - 2);
  CHECK(state::add_options(blob, read));
  CHECK(read.windows == bare.windows);
  CHECK_FALSE(state::add_options(blob + "\4", read));
}

TEST_CASE("reading a day again counts nothing twice, and in part takes nothing away") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  REQUIRE(state.merge_demand("s", {{demand_of({{10, kSmall}, {11, kSmall}})}}, Instant{1}));
  CHECK(state.merge_demand("s", {{demand_of({{11, kLarge}, {12, kSmall}})}}, Instant{2}) ==
        state::DemandMerge{.days_added = 1, .days_replaced = 1});
  CHECK(state.merge_demand("s", {{demand_of({{11, kSmall}, {12, kSmall}})}}, Instant{3}) ==
        state::DemandMerge{.days_kept = 2});
  const Demand read = state.demand()->front();
  CHECK(read.days == std::map<Day, DayDemand>{{10, kSmall}, {11, kLarge}, {12, kSmall}});
  // Two readings stand: that of days 10 to 11, and the second of 11 to 12.
  CHECK(read.num_ctx_asked == std::map<Tokens, i64>{{8'192, 6}, {40'960, 2}});
  CHECK(read.windows == std::map<Tokens, i64>{{4'096, 10}});
  CHECK(read.cuts == std::map<Tokens, i64>{{0, 2}, {4'096, 4}});
  CHECK(read.bodies == std::vector<BodySize>{{100, 420, 4}, {100, 500, 2}, {200, 800, 2}});

  // Another source has other requests.
  REQUIRE(state.merge_demand("t", {{demand_of({{12, kSmall}})}}, Instant{4}));
  CHECK(state.demand()->front().days.at(12).total.count() == 4);

  CHECK(state.forget_demand(12) == 2);
  CHECK(state.demand()->front().days.size() == 1);
}

TEST_CASE("a merge that fails half-way leaves what was known") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  REQUIRE(state.merge_demand("s", {{demand_of({{10, kSmall}})}}, Instant{1}));
  const auto before = state.demand().value();
  int failures = 0;
  for (int calls = 0; calls < 100; ++calls) {
    sandbox.databases.fault = DatabaseFault::full;
    sandbox.databases.calls_left = calls;
    const auto merged = state.merge_demand("s", {{demand_of({{10, kLarge}, {11, kLarge}})}}, Instant{2});
    sandbox.databases.fault = DatabaseFault::none;
    if (merged) break;
    ++failures;
    CHECK(merged.error().hint.find("free some space") == 0);
    REQUIRE(state.demand().value() == before);
  }
  CHECK(failures > 10);
  CHECK(failures < 100);
  CHECK(state.demand()->front().days.size() == 2);
}

TEST_CASE("bytes that are not a day are refused, not misread") {
  const std::string good = state::day_blob(kLarge);
  CHECK(state::day_of_blob(good) == kLarge);
  CHECK(state::day_of_blob(state::day_blob({})) == DayDemand{});
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(state::day_of_blob(good.substr(0, size)));
  CHECK_FALSE(state::day_of_blob(good + '\0'));
  CHECK_FALSE(state::day_of_blob("\x02" + good.substr(1)));
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {  // none may crash; one that reads must be what it says
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    if (const auto day = state::day_of_blob(bytes)) {
      for (const Histogram* h : {&day->prompt, &day->generation, &day->total, &day->need}) {
        for (std::size_t b = 0; b < h->bins.size(); ++b) {
          REQUIRE(h->bins[b].count > 0);
          if (b > 0) REQUIRE(h->bins[b].tokens > h->bins[b - 1].tokens);
        }
      }
    }
  }
  Sandbox sandbox;
  state::State state = sandbox.open();
  REQUIRE(state.merge_demand("s", {{demand_of({{10, kSmall}})}}, Instant{1}));
  sandbox.tamper("update demand set histograms = x'01ff'");
  CHECK_FALSE(state.demand().has_value());
}

TEST_CASE("a day of a job is small") {
  std::mt19937 random(1);
  std::lognormal_distribution<double> prompts(7.5, 0.7), generations(4.5, 0.8);
  for (const auto& [requests, most] :
       {std::pair{200, 1'500}, std::pair{5'000, 22'000}, std::pair{50'000, 60'000}}) {
    std::vector<std::pair<Tokens, Tokens>> day;
    for (int i = 0; i < requests; ++i)
      day.emplace_back(static_cast<Tokens>(prompts(random)), static_cast<Tokens>(generations(random)));
    const std::size_t bytes = state::day_blob(day_of(day)).size();
    MESSAGE(requests, " requests a day: ", bytes, " bytes");
    CHECK(bytes < static_cast<std::size_t>(most));
  }
}

TEST_CASE("whatever order readings come in, each day stands with the fullest one, and nothing is twice") {
  std::mt19937 random(11);
  // The requests of each day, of which a reading sees the first so many: a log that grows.
  std::map<Day, std::vector<std::pair<Tokens, Tokens>>> log;
  for (Day day = 100; day < 108; ++day) {
    for (int i = 0; i < 20; ++i) log[day].emplace_back(random() % 500, random() % 90);
  }
  const auto read_until = [&](Day first, Day last, std::size_t of_last) {
    std::map<Day, DayDemand> days;
    for (Day day = first; day <= last; ++day) {
      const auto& all = log[day];
      const auto end = day == last ? all.begin() + static_cast<std::ptrdiff_t>(of_last) : all.end();
      days[day] = day_of({all.begin(), end});
    }
    return Demand{.job = "j", .model = "m", .days = std::move(days)};
  };
  std::map<Day, DayDemand> whole = read_until(100, 107, 20).days;
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    std::vector<Demand> readings;
    for (Day day = 100; day < 108; ++day) {  // whole, halves of days, and overlapping weeks
      readings.push_back(read_until(std::max<Day>(100, day - static_cast<Day>(random() % 4)), day, 20));
      readings.push_back(read_until(day, day, 1 + random() % 19));
    }
    std::shuffle(readings.begin(), readings.end(), random);
    Sandbox sandbox;
    state::State state = sandbox.open();
    for (std::size_t i = 0; i < readings.size(); ++i)
      REQUIRE(state.merge_demand("s", {{readings[i]}}, Instant{static_cast<i64>(i)}));
    REQUIRE(state.demand()->front().days == whole);
    // All of it again changes nothing.
    for (const Demand& again : readings)
      REQUIRE(state.merge_demand("s", {{again}}, Instant{99})->days_added == 0);
    REQUIRE(state.demand()->front().days == whole);
  }
}

TEST_CASE("three years of ten jobs stay small") {
  std::mt19937 random(3);
  std::lognormal_distribution<double> prompts(7.5, 0.7), generations(4.5, 0.8);
  Sandbox sandbox;
  state::State state = sandbox.open();
  constexpr Day kFirst = 19'000, kDays = 3 * 365;
  for (int job = 0; job < 10; ++job) {
    Demand demand{.job = "job " + std::to_string(job), .model = "m"};
    for (Day day = kFirst; day < kFirst + kDays; ++day) {
      std::vector<std::pair<Tokens, Tokens>> requests;
      for (int i = 0; i < 170; ++i)
        requests.emplace_back(static_cast<Tokens>(prompts(random)), static_cast<Tokens>(generations(random)));
      demand.days[day] = day_of(requests);
    }
    REQUIRE(state.merge_demand("s", {{demand}}, Instant{1}));
  }
  const Health health = state.health().value();
  MESSAGE("3 years of 10 jobs with 170 requests a day: ", health.file_bytes, " bytes on the disk, ",
          health.demand_bytes, " of them histograms");
  CHECK(health.demand_rows == 10 * kDays);
  CHECK(health.file_bytes < 8'000'000);
}
