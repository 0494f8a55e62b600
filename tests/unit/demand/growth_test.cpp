#include <doctest/doctest.h>

#include <algorithm>

#include "demand/censoring.hpp"
#include "demand/demand.hpp"
#include "demand/tolerance.hpp"
#include "oracle/simulation.hpp"

using namespace ctxcap;
using demand::stats_of;
using simulation::Request;

namespace {

std::vector<Request> lognormal(i64 n, double median, double spread, std::uint64_t seed) {
  simulation::Random random(seed);
  std::vector<Request> requests;
  for (i64 i = 0; i < n; ++i) {
    requests.push_back({static_cast<Tokens>(random.lognormal(median, spread)),
                        1 + static_cast<Tokens>(random.lognormal(60, 0.5))});
  }
  return requests;
}

i64 cut_at(Tokens window, std::vector<Request>& requests) {
  i64 cut = 0;
  for (Request& request : requests) {
    if (request.prompt < window) continue;
    request.prompt = half_cut(window, 5);
    ++cut;
  }
  return cut;
}

}  // namespace

TEST_CASE("cut requests count as needing more than the window that cut them") {
  std::vector<Request> requests = lognormal(4'000, 1'500, 0.6, 5);
  const i64 cut = cut_at(4'096, requests);
  REQUIRE(cut > 100);
  const DemandStats stats = stats_of(simulation::demand_of(requests, 200), {});
  CHECK(stats.censoring.verdict == CensoringVerdict::censored);
  CHECK(stats.need.count() == 4'000);
  CHECK(stats.need.count_above(4'096) >= cut);
  CHECK(stats.prompt.max < 4'096);  // percentiles are as logged

  SUBCASE("so the window to try is above it, with no claim of a bound") {
    CHECK(stats.required.basis == Basis::little_data);
    CHECK(stats.required.num_ctx == stats.censoring.grow_to);
    CHECK(*stats.censoring.grow_to > 4'096);
    CHECK(*stats.censoring.grow_to <= 4 * 6'144);
  }
  SUBCASE("and is watched until the risk asked for can be stated, at least a week") {
    CHECK(stats.censoring.watch_requests == 2'995);
    CHECK(stats.censoring.watch_days == 15);  // at 200 a day
    CHECK(stats_of(simulation::demand_of(requests, 2'000), {}).censoring.watch_days == 7);
  }
}

TEST_CASE("the more requests were cut, the further the window grows") {
  Tokens last = 0;
  for (const double median : {1'000.0, 2'000.0, 4'000.0}) {
    std::vector<Request> requests = lognormal(4'000, median, 0.6, 6);
    cut_at(4'096, requests);
    const DemandStats stats = stats_of(simulation::demand_of(requests), {});
    REQUIRE(stats.censoring.grow_to);
    CHECK(*stats.censoring.grow_to >= std::max<Tokens>(last, 6'144));
    CHECK(*stats.censoring.grow_to <= 24'576);
    last = *stats.censoring.grow_to;
  }
  CHECK(last > 6'144);
}

TEST_CASE("a few cut requests among very many leave the bound known") {
  std::vector<Request> requests = lognormal(100'000, 1'000, 0.3, 7);  // none beyond 4,096
  for (std::size_t i = 0; i < 20; ++i) requests[i * 5'000].prompt = 9'000;
  cut_at(4'096, requests);
  const DemandStats stats = stats_of(simulation::demand_of(requests), {});
  CHECK(stats.censoring.verdict == CensoringVerdict::censored);
  CHECK(stats.required.basis == Basis::tolerance_bound);
  std::vector<Tokens> truth;
  for (const Request& request : requests) truth.push_back(request.prompt + request.generation);
  std::sort(truth.begin(), truth.end());
  CHECK(stats.required.num_ctx ==
        truth[static_cast<std::size_t>(*stats.required.rank + stats.censoring.rows - 1)]);
}

TEST_CASE("days under a window that has since grown are left out once the later ones are enough") {
  std::vector<Request> before = lognormal(4'000, 1'500, 0.6, 8), after = lognormal(4'000, 1'500, 0.6, 9);
  cut_at(4'096, before);
  std::vector<Request> all = before;
  all.insert(all.end(), after.begin(), after.end());
  const DemandStats stats = stats_of(simulation::demand_of(all, 400), {});
  CHECK(stats.censoring.verdict == CensoringVerdict::none);
  CHECK(stats.counted_from == 10);
  CHECK(stats.left_out == 4'000);
  CHECK(stats.requests == 4'000);
  CHECK(stats.required.num_ctx == stats_of(simulation::demand_of(after), {}).required.num_ctx);

  all.resize(5'000);  // 1,000 requests since: too few, but they show where the rest lies
  const DemandStats early = stats_of(simulation::demand_of(all, 400), {});
  CHECK(early.censoring.verdict == CensoringVerdict::censored);
  CHECK(early.censoring.num_ctx == 4'096);
  CHECK(early.left_out == 0);
  CHECK(*early.censoring.grow_to >= 8'192);  // 1 in 1,000 of these needs about 9,600
  CHECK(*early.censoring.grow_to <= 16'384);
}
