// What is resident at once.

#include "policy/residents.hpp"

#include <algorithm>

#include "data/model_name.hpp"
#include "policy/policy.hpp"

namespace ctxcap::policy {
namespace {

bool names(std::span<const std::string> set, const std::string& name) {
  return std::any_of(set.begin(), set.end(),
                     [&](const std::string& one) { return one == name || same_model(one, name); });
}

bool names(std::span<const std::string> set, const BaseAnalysis& base) {
  return names(set, base.decision.model) ||
         std::any_of(base.variants.begin(), base.variants.end(),
                     [&](const Variant& variant) { return names(set, variant.name); });
}

}  // namespace

std::vector<BaseDecision> residents(std::span<const BaseDecision> bases) {
  std::vector<BaseDecision> largest;
  for (const BaseDecision& base : bases) {
    const auto same = std::find_if(largest.begin(), largest.end(),
                                   [&](const BaseDecision& other) { return other.model == base.model; });
    if (same == largest.end()) {
      largest.push_back(base);
    } else if (base.num_ctx > same->num_ctx) {
      *same = base;
    }
  }
  return largest;
}

std::vector<Together> sets_of(const std::vector<BaseAnalysis>& bases, const Budget& budget) {
  if (budget.together.empty()) return {{bases, budget}};
  std::vector<Together> sets;
  for (const std::vector<std::string>& set : budget.together) {
    Together& one = sets.emplace_back(Together{{}, budget});
    std::erase_if(one.budget.tenants, [&](const Tenant& tenant) { return !names(set, tenant.name); });
    std::copy_if(bases.begin(), bases.end(), std::back_inserter(one.bases),
                 [&](const BaseAnalysis& base) { return names(set, base); });
  }
  return sets;
}

bool meet(const Budget& budget, std::span<const std::string> names_of_one,
          std::span<const std::string> others) {
  const auto any = [](std::span<const std::string> set, std::span<const std::string> all) {
    return std::any_of(all.begin(), all.end(), [&](const std::string& name) { return names(set, name); });
  };
  return budget.together.empty() ||
         std::any_of(budget.together.begin(), budget.together.end(),
                     [&](const auto& set) { return any(set, names_of_one) && any(set, others); });
}

BudgetReport check_sets(const std::vector<BaseAnalysis>& bases, const Budget& budget) {
  std::optional<BudgetReport> worst;
  const auto rank = [](const BudgetReport& report) {
    return std::pair(report.fits == true ? 0 : report.fits ? 2 : 1, report.needed_bytes.value_or(0));
  };
  for (const Together& set : sets_of(bases, budget)) {
    std::vector<BaseDecision> decisions;
    for (const BaseAnalysis& base : set.bases) decisions.push_back(base.decision);
    BudgetReport report = check_budget(decisions, set.budget);
    if (!worst || rank(report) > rank(*worst)) worst = std::move(report);
  }
  return *worst;
}

}  // namespace ctxcap::policy
