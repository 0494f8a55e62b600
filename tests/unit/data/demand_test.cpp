#include "data/demand.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;

namespace {

Demand demand(std::string job, Day day, Tokens tokens, i64 count) {
  const Histogram one{{{tokens, count}}};
  return {.job = std::move(job),
          .model = "m",
          .days = {{day, {one, one, one, one}}},
          .from = Instant{tokens},
          .to = Instant{tokens + 5},
          .num_ctx_asked = {{8192, count}},
          .bodies = {{tokens, 100, count}},
          .sent = {{Instant{tokens}, tokens}}};
}

}  // namespace

TEST_CASE("summaries of different requests add up") {
  TraceSummary all{.demands = {demand("b", 1, 10, 2)},
                   .inputs = {{"s", "empty", 0, 0}},
                   .skipped = {{"judge", 3, "first"}},
                   .remarks = {}};
  all.merge({.demands = {demand("a", 1, 7, 1), demand("b", 1, 10, 3), demand("c", 2, 9, 1)},
             .inputs = {{"s", "f", 5, 4}, {"other", "f", 1, 1}},
             .skipped = {{"failed", 1, "x"}, {"judge", 2, "later"}},
             .remarks = {{"unsplit-tokens", 1, "y"}}});
  CHECK(all.inputs == std::vector<InputSummary>{{"s", "f", 5, 4}, {"other", "f", 1, 1}});
  CHECK(all.skipped == std::vector<Skip>{{"failed", 1, "x"}, {"judge", 5, "first"}});
  CHECK(all.remarks == std::vector<Skip>{{"unsplit-tokens", 1, "y"}});
  REQUIRE(all.demands.size() == 3);
  CHECK(all.demands[0].job == "a");
  CHECK(all.demands[2].job == "c");
  const Demand& b = all.demands[1];
  CHECK(b.days.at(1).need.bins == std::vector<Bin>{{10, 5}});
  CHECK(b.num_ctx_asked == std::map<Tokens, i64>{{8192, 5}});
  CHECK(b.bodies == std::vector<BodySize>{{10, 100, 5}});
  CHECK(b.sent.size() == 2);
}

TEST_CASE("of a job's parts the earliest and the latest time stay") {
  Demand all = demand("a", 1, 10, 1);
  all.merge(demand("a", 2, 3, 1));
  CHECK(all.from == Instant{3});
  CHECK(all.to == Instant{15});
  CHECK(all.days.size() == 2);
  CHECK(all.bodies == std::vector<BodySize>{{3, 100, 1}, {10, 100, 1}});
  CHECK(all.sent == std::vector<Sent>{{Instant{3}, 3}, {Instant{10}, 10}});
  Demand timeless{.job = "a", .model = "m"};
  timeless.merge(all);
  CHECK(timeless.from == Instant{3});
}
