#include "policy/fit_budget.hpp"

namespace ctxcap::policy {
namespace {

// What everything would need if the server ran with other settings, at the same caps.
Result<Alternative> with_settings(const std::string& what, const std::vector<BaseAnalysis>& bases,
                                  const Budget& budget, Variation options, const Redecide& redecide) {
  std::vector<BaseAnalysis> again;
  for (std::size_t i = 0; i < bases.size(); ++i) {
    options.policy.num_ctx = bases[i].decision.num_ctx;
    TRY_ASSIGN(BaseAnalysis base, redecide(i, options));
    again.push_back(std::move(base));
  }
  const BudgetReport report = check_sets(again, budget);
  return Alternative{.what = what, .needed_bytes = report.needed_bytes, .fits = report.fits.value_or(false)};
}

void add_settings(BudgetReport& report, const std::vector<BaseAnalysis>& bases, const Budget& budget,
                  const Variation& options, const Redecide& redecide) {
  const auto add = [&](Result<Alternative> alternative) {
    // A model that the setting is refused for has no such alternative.
    if (alternative) report.alternatives.push_back(std::move(*alternative));
  };
  if (options.settings.kv_type_k == "f16" || options.settings.kv_type_v == "f16") {
    Variation quantised = options;
    quantised.settings.kv_type_k = quantised.settings.kv_type_v = "q8_0";
    add(with_settings("KV cache in q8_0 (OLLAMA_KV_CACHE_TYPE)", bases, budget, quantised, redecide));
  }
  if (options.settings.parallel > 1) {
    Variation single = options;
    single.settings.parallel = 1;
    add(with_settings("one slot (OLLAMA_NUM_PARALLEL)", bases, budget, single, redecide));
  }
}

}  // namespace

Result<BudgetReport> fit_budget(std::vector<BaseAnalysis>& bases, const Budget& budget,
                                const Variation& options, const Redecide& redecide) {
  BudgetReport report = check_sets(bases, budget);
  Variation smallest = options;
  smallest.policy.native_stretch = 1;
  for (std::size_t i = 0; i < bases.size() && report.fits == false; ++i) {
    TRY_ASSIGN(BaseAnalysis smaller, redecide(i, smallest));
    if (smaller.decision.num_ctx >= bases[i].decision.num_ctx) continue;
    bases[i] = std::move(smaller);
    report = check_sets(bases, budget);
  }
  if (report.fits == false) add_settings(report, bases, budget, options, redecide);
  return report;
}

}  // namespace ctxcap::policy
