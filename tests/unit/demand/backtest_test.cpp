#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "demand/demand.hpp"
#include "oracle/simulation.hpp"

using namespace ctxcap;

namespace {

const RuleResult& of(const std::vector<RuleResult>& results, std::string_view rule) {
  return *std::find_if(results.begin(), results.end(),
                       [&](const RuleResult& result) { return result.rule == rule; });
}

constexpr i64 kMinute = 60'000'000;

}  // namespace

TEST_CASE("a backtest by hand: three parts, two decisions") {
  const std::vector<Tokens> needs{100, 200, 300, 400, /**/ 350, 450, 700, 100, /**/ 800, 900};
  const std::vector<Part> parts = demand::parts_by_count(needs, 4);
  REQUIRE(parts.size() == 3);
  CHECK(parts[2].needs.count() == 2);
  const std::vector<RuleResult> results = demand::backtest(parts, {});
  const RuleResult& max = of(results, "max");
  CHECK(max.decisions == 2);
  CHECK(max.requests == 6);
  CHECK(max.windows == std::vector<Tokens>{512, 768});  // 400 and 700, in steps of 256
  CHECK(max.exceeded == 1 + 2);
  CHECK(max.mean_num_ctx == 640);
  CHECK(of(results, "tolerance-bound").windows ==
        std::vector<Tokens>{512, 1'024});                                      // 500 and 875: little data
  CHECK(of(results, "max-x1.15").windows == std::vector<Tokens>{512, 1'024});  // 460 and 805
  CHECK(of(results, "p90-x1.15").windows == std::vector<Tokens>{512, 1'024});  // p90 is the maximum of so few
  CHECK(of(results, "tolerance-bound").exceeded == 1);
}

TEST_CASE("days are parts, in their order; a log of one part decides nothing") {
  simulation::Random random(1);
  std::vector<simulation::Request> requests;
  for (int i = 0; i < 2'000; ++i) requests.push_back({static_cast<Tokens>(random.lognormal(1'000, 0.3)), 10});
  Demand demand = simulation::demand_of(requests, 100);
  CHECK(demand::parts_by_day(demand).size() == 20);
  CHECK(demand::backtest(demand::parts_by_day(demand), {}).front().decisions == 19);
  demand.days[kUnknownDay] = demand.days[3];
  CHECK(demand::parts_by_day(demand).size() == 20);
  CHECK(demand::backtest(demand::parts_by_count({}, 1'000), {}).empty());
  const std::vector<Part> parts = demand::parts_by_day(demand);
  CHECK(demand::backtest(std::span(parts).first(1), {}).empty());
}

TEST_CASE("over a hundred days of alike requests the bound keeps its risk, percentiles do not") {
  simulation::Random random(2);
  std::vector<simulation::Request> requests;
  for (int i = 0; i < 40'000; ++i)
    requests.push_back({static_cast<Tokens>(random.lognormal(1'000, 0.4)), 10});
  const std::vector<RuleResult> results =
      demand::backtest(demand::parts_by_day(simulation::demand_of(requests, 400)), {});
  const RuleResult &ours = of(results, "tolerance-bound"), &p99 = of(results, "p99"),
                   &krr = of(results, "max-x1.15");
  CHECK(ours.requests == 39'600);
  CHECK(static_cast<double>(ours.exceeded) <= 0.001 * static_cast<double>(ours.requests));
  CHECK(ours.chance > 0.05);
  CHECK(p99.exceeded > 300);
  CHECK(p99.chance < 1e-6);
  CHECK(ours.mean_num_ctx < krr.mean_num_ctx);
}

TEST_CASE("reloads are changes of window between one request and the next") {
  const auto at = [](i64 minute, Tokens num_ctx) { return Arrival{Instant{minute * kMinute}, num_ctx}; };
  CHECK(demand::count_reloads({}).reloads == 0);
  CHECK(demand::count_reloads({at(0, 4'096), at(1, 4'096)}).reloads == 0);
  // a b b a | next day: a b a
  std::vector<Arrival> arrivals{at(0, 4'096),     at(5, 8'192),     at(9, 8'192),    at(20, 4'096),
                                at(1'441, 4'096), at(1'450, 8'192), at(1'500, 4'096)};
  const ReloadCount count = demand::count_reloads(arrivals);
  CHECK(count.reloads == 4);
  CHECK(count.by_day == std::vector<std::pair<Day, i64>>{{0, 2}, {1, 2}});
  CHECK(count.per_day == 2);
  std::shuffle(arrivals.begin(), arrivals.end(), std::mt19937(4));
  CHECK(demand::count_reloads(arrivals).by_day == count.by_day);
}
