#include "demand/demand.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace ctxcap;
using demand::RiskOptions;
using demand::stats_of;

namespace {

struct Request {
  Tokens prompt = 0, generation = 0;
};

Demand demand_of(const std::vector<Request>& requests, i64 per_day = 1'000'000) {
  std::map<Day, std::vector<Request>> days;
  for (std::size_t i = 0; i < requests.size(); ++i)
    days[static_cast<i64>(i) / per_day].push_back(requests[i]);
  Demand demand;
  demand.job = "triage";
  for (const auto& [day, rows] : days) {
    std::vector<Bin> prompt, generation, total, need;
    for (const Request& row : rows) {
      prompt.push_back({row.prompt, 1});
      generation.push_back({row.generation, 1});
      total.push_back({row.prompt + row.generation, 1});
      need.push_back({row.prompt + std::max<Tokens>(row.generation, 1), 1});
    }
    demand.days[day] = {make_histogram(prompt), make_histogram(generation), make_histogram(total),
                        make_histogram(need)};
  }
  return demand;
}

// n requests with prompts 1000, 1001, ... and the given generation.
std::vector<Request> ramp(i64 n, Tokens generation) {
  std::vector<Request> requests;
  for (i64 i = 0; i < n; ++i) requests.push_back({1000 + i, generation});
  return requests;
}

}  // namespace

TEST_CASE("enough requests: the window is the order statistic that bounds the need") {
  const DemandStats stats = stats_of(demand_of(ramp(10'000, 100)), {});
  CHECK(stats.requests == 10'000);
  CHECK(stats.required.basis == Basis::tolerance_bound);
  CHECK(stats.required.rank == 9'996);  // four may lie above
  CHECK(stats.required.num_ctx == 1000 + 9'995 + 100);
  CHECK(stats.required.risk == 0.001);
  CHECK(stats.required.confidence == 0.95);
  CHECK(stats.required.supported_risk == doctest::Approx(0.00029953));
  CHECK(stats.need.count_above(stats.required.num_ctx) == 4);
}

TEST_CASE("too few requests: the maximum and a quarter more, rounded up, and the risk that they do support") {
  const DemandStats stats = stats_of(demand_of(ramp(2'994, 1)), {});
  CHECK(stats.required.basis == Basis::little_data);
  CHECK_FALSE(stats.required.rank);
  CHECK(stats.required.num_ctx == 4'993);  // 3994 x 1.25 = 4992.5
  CHECK(stats.required.supported_risk > 0.001);
  CHECK(stats_of(demand_of(ramp(2'995, 1)), {}).required.basis == Basis::tolerance_bound);
  CHECK(stats_of(demand_of(ramp(299, 1)), {.risk = 0.01}).required.rank == 299);
}

TEST_CASE("a request that generates nothing still needs one token more than its prompt") {
  CHECK(stats_of(demand_of(ramp(2'995, 0)), {}).required.num_ctx == 1000 + 2'994 + 1);
}

TEST_CASE("a generation limit bounds the need: prompt plus limit is enough") {
  // The longest prompts answer briefly; one short prompt ran away.
  std::vector<Request> requests = ramp(3'000, 50);
  requests[0] = {1'000, 30'000};
  CHECK(stats_of(demand_of(requests), {}).required.num_ctx == 31'000);
  CHECK(stats_of(demand_of(requests), {.num_predict = 512}).required.num_ctx == 3'999 + 512);
  // A limit above everything seen does not raise the window: what was generated was not cut by it.
  CHECK(stats_of(demand_of(requests), {.num_predict = 100'000}).required.num_ctx == 31'000);

  SUBCASE("a limit that requests carry counts where all do and none went beyond it") {
    Demand demand = demand_of(requests);
    demand.num_predict_asked = {{256, 2'000},
                                {600, 1'000}};  // and yet one generated 30,000: it was not in force
    CHECK(stats_of(demand, {}).required.num_ctx == 31'000);
    // The limit of the model gives way to a larger one that requests carry.
    CHECK(stats_of(demand, {.num_predict = 512}).required.num_ctx == 3'999 + 600);
    demand.num_predict_asked = {{256, 2'000}, {600, 999}};
    CHECK(stats_of(demand, {}).required.num_ctx == 31'000);
    demand.num_predict_asked = {{-1, 1'000}, {600, 2'000}};
    CHECK(stats_of(demand, {}).required.num_ctx == 31'000);
  }
  SUBCASE("with little data too") {
    requests.resize(100);
    CHECK(stats_of(demand_of(requests), {}).required.num_ctx == 38'750);
    CHECK(stats_of(demand_of(requests), {.num_predict = 512}).required.num_ctx ==
          1'374 + 512);  // 1099 x 1.25
  }
}

TEST_CASE("answers that nobody counted get room for what the others generate") {
  std::vector<Request> requests = ramp(3'000, 50);
  Demand demand = demand_of(requests);
  const Tokens required = stats_of(demand, {}).required.num_ctx;
  CHECK(stats_of(demand, {}).unknown_generation == 0);
  demand.days.begin()->second.generation = make_histogram({{50, 2'999}});  // one is unknown
  const DemandStats stats = stats_of(demand, {});
  CHECK(stats.unknown_generation == 1);
  CHECK(stats.num_predict == 256);
  CHECK(stats.required.num_ctx == required + 256);

  demand.days.begin()->second.generation = {};
  CHECK(!stats_of(demand, {}).num_predict);
  CHECK(stats_of(demand, {}).unknown_generation == 3'000);
  CHECK(stats_of(demand, {.num_predict = 500}).required.num_ctx >= required + 500 - 50);
}

TEST_CASE("min(need_(r), prompt_(r) + L) is never below the r-th smallest need under the limit L") {
  std::mt19937 random(11);
  const auto draw = [&](i64 below) { return static_cast<Tokens>(random() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 100; ++round) {
    std::vector<Request> requests(400 + random() % 400);
    const bool opposed = random() % 2 == 0;
    for (Request& request : requests) {
      request.prompt = 100 + draw(5'000);
      request.generation = opposed ? std::max<Tokens>(5'000 - request.prompt + draw(500), 0) : draw(800);
    }
    const Tokens limit = 1 + draw(1'500);
    const Required required = stats_of(demand_of(requests), {.risk = 0.01, .num_predict = limit}).required;
    REQUIRE(required.rank);
    std::vector<Tokens> limited;
    for (const Request& request : requests) {
      limited.push_back(request.prompt + std::clamp<Tokens>(request.generation, 1, limit));
    }
    std::sort(limited.begin(), limited.end());
    CHECK(required.num_ctx >= limited[static_cast<std::size_t>(*required.rank - 1)]);
  }
}

TEST_CASE("the generation limit is the bound on generation, a multiple of 256, and unknown is not 0") {
  CHECK(stats_of(demand_of(ramp(3'000, 100)), {}).num_predict == 256);
  CHECK(stats_of(demand_of(ramp(3'000, 256)), {}).num_predict == 256);
  CHECK(stats_of(demand_of(ramp(3'000, 257)), {}).num_predict == 512);
  CHECK(stats_of(demand_of(ramp(10, 257)), {}).num_predict == 512);  // 257 x 1.25 = 322
  CHECK(stats_of(demand_of(ramp(3'000, 0)), {}).num_predict == 256);
  CHECK(stats_of(demand_of(ramp(3'000, 100)), {.num_predict = 1'000}).num_predict == 1'000);

  Demand refused = demand_of(ramp(3'000, 0));
  refused.days.begin()->second.generation = {};
  const DemandStats stats = stats_of(refused, {});
  CHECK_FALSE(stats.num_predict);
  CHECK_FALSE(stats.generation);
}

TEST_CASE("a demand without requests needs nothing and claims nothing") {
  const DemandStats stats = stats_of(Demand{}, {});
  CHECK(stats.requests == 0);
  CHECK(stats.required.num_ctx == 0);
  CHECK(stats.required.supported_risk == 1);
  CHECK_FALSE(stats.num_predict);
}

TEST_CASE("counts near the largest integer do not overflow") {
  const Tokens huge = std::numeric_limits<Tokens>::max() - 10;
  const DemandStats stats = stats_of(demand_of({{huge, 0}}), {});
  CHECK(stats.required.num_ctx == std::numeric_limits<Tokens>::max());
}

TEST_CASE("days do not change the answer, only their sum does") {
  const std::vector<Request> requests = ramp(5'000, 70);
  std::vector<Request> shuffled = requests;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(3));
  const DemandStats one = stats_of(demand_of(requests), {}), many = stats_of(demand_of(shuffled, 123), {});
  CHECK(one.need == many.need);
  CHECK(one.total == many.total);
  CHECK(one.required.num_ctx == many.required.num_ctx);
}
