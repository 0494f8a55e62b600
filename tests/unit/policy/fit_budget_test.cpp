#include "policy/fit_budget.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;
using policy::Variation;

namespace {

// A model of 100 bytes a token, 50 with a quantised cache; it prefers 8,192 where it may.
BaseAnalysis decided(const Variation& options) {
  const Tokens window = options.policy.num_ctx.value_or(options.policy.native_stretch > 1 ? 8'192 : 4'096);
  const Bytes per_token = options.settings.kv_type_k == "f16" ? 100 : 50;
  BaseDecision decision{.model = "m", .num_ctx = window, .jobs = {JobDecision{.num_ctx = window}}};
  decision.jobs.front().candidates = {
      {.num_ctx = window, .taken = true, .memory = {.total_bytes = window * per_token}}};
  return {.decision = decision};
}

}  // namespace

TEST_CASE("a preferred native length gives way to the card; what still does not fit is priced") {
  const Variation asked{};
  const auto again = [](std::size_t, const Variation& options) {
    return Result<BaseAnalysis>(decided(options));
  };
  struct Row {
    Bytes card;
    Tokens window;
    bool fits;
    std::size_t alternatives;
  };
  for (const Row& row :
       {Row{1'000'000, 8'192, true, 0}, Row{500'000, 4'096, true, 0}, Row{300'000, 4'096, false, 1}}) {
    CAPTURE(row.card);
    std::vector<BaseAnalysis> bases{decided(asked)};
    const BudgetReport report =
        policy::fit_budget(bases, {.card = row.card, .reserve = 0}, asked, again).value();
    CHECK(bases.front().decision.num_ctx == row.window);
    CHECK(report.fits == row.fits);
    REQUIRE(report.alternatives.size() == row.alternatives);
    if (row.alternatives > 0) {
      CHECK(report.alternatives.front().needed_bytes == 204'800);
      CHECK(report.alternatives.front().fits);
    }
  }
}
