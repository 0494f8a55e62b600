#include "policy/residents.hpp"

#include <doctest/doctest.h>

#include "policy/policy.hpp"

using namespace ctxcap;

namespace {

BaseAnalysis base_of(const std::string& model, Bytes bytes, const std::string& variant = "") {
  BaseDecision decision{.model = model, .num_ctx = 4'096, .jobs = {JobDecision{.num_ctx = 4'096}}};
  decision.jobs.front().candidates = {
      {.num_ctx = 4'096, .taken = true, .memory = {.total_bytes = bytes, .total_high_bytes = bytes}}};
  BaseAnalysis base{.decision = decision};
  if (!variant.empty()) base.variants.push_back({.name = variant});
  return base;
}

}  // namespace

TEST_CASE("only what must be resident at once must fit at once") {
  const std::vector<BaseAnalysis> bases{base_of("a", 600), base_of("b", 500, "b:mail")};
  Budget budget{.card = 1'000, .reserve = 0, .tenants = {{"stt", 300}}};
  CHECK(policy::check_sets(bases, budget).fits == false);
  CHECK(policy::check_sets(bases, budget).needed_bytes == 1'400);
  budget.together = {{"a", "stt"}, {"b:mail", "stt"}};
  const BudgetReport apart = policy::check_sets(bases, budget);
  CHECK(apart.fits == true);
  CHECK(apart.needed_bytes == 900);  // of the set that needs most
  budget.together = {{"a:latest", "b"}, {"b", "stt"}};
  CHECK(policy::check_sets(bases, budget).needed_bytes == 1'100);

  const std::vector<std::string> a{"a"}, b{"b", "b:mail"}, stt{"stt"};
  budget.together = {{"a", "stt"}, {"b:mail", "stt"}};
  CHECK_FALSE(policy::meet(budget, a, b));
  CHECK(policy::meet(budget, b, stt));
  budget.together.clear();
  CHECK(policy::meet(budget, a, b));
}

TEST_CASE("several cards: each must hold what is on it") {
  constexpr Bytes kGiB = Bytes{1} << 30;
  std::vector<BaseAnalysis> bases{base_of("a", 14 * kGiB), base_of("b", 13 * kGiB), base_of("c", 13 * kGiB)};
  for (BaseAnalysis& base : bases) {
    Footprint& memory = base.decision.jobs.front().candidates.front().memory;
    memory.cards = {{.card = 0, .layers = 1, .weights_bytes = *memory.total_bytes}};
  }
  Budget budget;
  REQUIRE(read_cards("24GiB,24GiB", budget) == "");
  BudgetReport report = policy::check_sets({bases[0], bases[1]}, budget);
  CHECK(report.fits == true);
  REQUIRE(report.cards.size() == 2);
  CHECK(report.cards[0].models.size() == 1);
  CHECK(report.cards[1].models.size() == 1);
  report = policy::check_sets(bases, budget);
  CHECK(*report.needed_bytes < budget.limit());
  CHECK(report.fits == false);  // though all cards together have room
}
