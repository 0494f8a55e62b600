#include "card/averages.hpp"

#include <doctest/doctest.h>

#include <array>

#include "card/card.hpp"

using namespace ctxcap;

namespace {

// Steps of an hour: averages of the model (0) and of another (1), and the most that the card had.
CardHistory hours(const std::vector<std::array<Bytes, 3>>& steps) {
  CardHistory history{.tenants = {{"ollama", TenantKind::ollama, ""}, {"stt", TenantKind::container, ""}},
                      .step = i64{3'600'000'000},
                      .averages = true,
                      .told_peaks = {{0, 17'000}, {1, 7'000}}};
  i64 at = 0;
  for (const auto& [model, other, highest] : steps) {
    CardSample& sample = history.samples.emplace_back(CardSample{.at = {at}, .highest = highest});
    if (model > 0) sample.held.push_back({0, 0, model});
    if (other > 0) sample.held.push_back({1, 0, other});
    at += 3'600'000'000;
  }
  return history;
}

const TenantUse& other_of(const CardUse& use) {
  for (const TenantUse& tenant : use.tenants) {
    if (tenant.tenant.name == "stt") return tenant;
  }
  FAIL("it is not there");
  return use.tenants.front();
}

}  // namespace

TEST_CASE("two within one hour need not have met: that is told by the highest of the card") {
  // Nobody: 500 at the most. Both in an hour, one after the other; both at once.
  const CardUse apart = card::use_of(hours({{0, 0, 500}, {12'000, 2'000, 17'500}, {0, 3'000, 7'500}}));
  CHECK(other_of(apart).with_llm.times == 0);
  CHECK(other_of(apart).with_llm.joint_peak == 0);
  CHECK(other_of(apart).with_llm.seconds == 3'600);  // at the most
  CHECK(apart.rest_seen == 500);                     // beside the model, at the least
  const CardUse met = card::use_of(hours({{0, 0, 500}, {12'000, 2'000, 22'300}, {12'000, 2'000, 21'000}}));
  CHECK(other_of(met).with_llm.times == 1);
  CHECK(other_of(met).with_llm.joint_peak == 21'800);
  CHECK(met.rest_seen == 5'300);
  CHECK(*met.rest_needed >= 7'500);
}

TEST_CASE("without the highest of the card averages prove nothing") {
  CardHistory history = hours({{12'000, 2'000, 0}});
  history.samples[0].highest.reset();
  const CardUse use = card::use_of(history);
  CHECK(!use.rest_seen);
  CHECK(other_of(use).with_llm.times == 0);
  CHECK(*use.rest_needed >= 7'000);
}
