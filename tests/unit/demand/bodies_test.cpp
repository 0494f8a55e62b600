#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "demand/censoring.hpp"
#include "demand/demand.hpp"
#include "oracle/simulation.hpp"

using namespace ctxcap;
using simulation::Random;
using simulation::Request;

namespace {

enum class Cut { none, half, dropped };

// n requests of about 1,000 tokens and `long_ones` of 4,600 to 9,000, under a window of 4,096; 3.6 bytes a
// token, 8 % give or take.
Demand job(std::uint64_t seed, i64 n, i64 long_ones, Cut cut) {
  Random random(seed);
  // a history that lost little has hardly more bytes than its tokens promise
  const Tokens shortest = cut == Cut::dropped ? 6'800 : 4'600;
  std::vector<Request> requests;
  std::vector<BodySize> bodies;
  for (i64 i = 0; i < n + long_ones; ++i) {
    const Tokens true_prompt =
        i < n ? std::min<Tokens>(static_cast<Tokens>(random.lognormal(1'000, 0.35)), 3'500)
              : random.whole(shortest, 9'000);
    Request request{.prompt = true_prompt, .generation = 50};
    if (i >= n && cut == Cut::half) request.prompt = half_cut(4'096, 5);
    if (i >= n && cut == Cut::dropped) request.prompt = random.whole(3'800, 4'095);
    requests.push_back(request);
    bodies.push_back(
        {request.prompt,
         static_cast<Bytes>(static_cast<double>(true_prompt) * 3.6 * std::exp(0.08 * random.normal())), 1});
  }
  Demand demand = simulation::demand_of(requests);
  std::sort(bodies.begin(), bodies.end());
  demand.bodies = std::move(bodies);
  return demand;
}

}  // namespace

TEST_CASE("with bodies, a window that cuts is found from the first cut request") {
  i64 found_without = 0;
  for (const Cut cut : {Cut::half, Cut::dropped}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      Demand demand = job(seed, 1'500, 1, cut);
      const Censoring found = demand::detect_censoring(demand, {}).censoring;
      CAPTURE(seed);
      CAPTURE(static_cast<int>(cut));
      REQUIRE(found.verdict == CensoringVerdict::censored);
      CHECK(found.num_ctx == 4'096);
      CHECK(found.rows == 1);
      CHECK(found.kinds.front() == (cut == Cut::half ? "half-window-cut" : "dropped-history"));
      demand.bodies.clear();
      found_without +=
          demand::detect_censoring(demand, {}).censoring.verdict == CensoringVerdict::censored ? 1 : 0;
    }
  }
  CHECK(found_without < 10);
}

TEST_CASE("bodies tell how long the cut prompts were, and the window grows to hold them") {
  const Demand demand = job(3, 1'500, 60, Cut::half);
  const DemandStats stats = demand::stats_of(demand, {});
  REQUIRE(stats.censoring.verdict == CensoringVerdict::censored);
  REQUIRE(stats.censoring.estimated_max);
  CHECK(*stats.censoring.estimated_max > 8'000);   // the largest of 60 between 4,600 and 9,000
  CHECK(*stats.censoring.estimated_max < 11'000);  // read off its bytes: 8 % give or take
  CHECK(*stats.censoring.grow_to >= 9'000);
  CHECK(*stats.censoring.grow_to <= 16'384);
}

TEST_CASE("bodies refute a heap that only looks like a cut") {
  Demand demand = job(4, 1'500, 0, Cut::none);
  std::vector<Bin> template_rows{{2'051, 40}};
  DayDemand& day = demand.days.begin()->second;
  day.prompt.merge(make_histogram({{2'051, 40}}));
  day.generation.merge(make_histogram({{50, 40}}));
  day.total.merge(make_histogram({{2'101, 40}}));
  day.need.merge(make_histogram({{2'101, 40}}));
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict != CensoringVerdict::none);
  demand.bodies.push_back({2'051, 7'400, 40});
  std::sort(demand.bodies.begin(), demand.bodies.end());
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict != CensoringVerdict::censored);
}

TEST_CASE("bodies that nothing cut raise no alarm, however unlike the texts") {
  i64 alarms = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    std::vector<Request> requests;
    std::vector<BodySize> bodies;
    const double spread = random.between(0.02, 0.4);
    for (int i = 0; i < 1'500; ++i) {
      const Tokens prompt = 20 + static_cast<Tokens>(random.lognormal(1'200, 0.6));
      requests.push_back({prompt, 50});
      bodies.push_back(
          {prompt,
           1 + static_cast<Bytes>(static_cast<double>(prompt) * 3.6 * std::exp(spread * random.normal())),
           1});
    }
    Demand demand = simulation::demand_of(requests);
    std::sort(bodies.begin(), bodies.end());
    demand.bodies = std::move(bodies);
    alarms += demand::detect_censoring(demand, {}).censoring.verdict == CensoringVerdict::censored ? 1 : 0;
  }
  CHECK(alarms == 0);
}
