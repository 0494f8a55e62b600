#include <algorithm>
#include <map>

#include "card/card.hpp"

namespace ctxcap::card {
namespace {

TenantFacts facts_of(const CardTenant& tenant) {
  switch (tenant.kind) {
    case TenantKind::container:
      return {.container = tenant.name};
    case TenantKind::unit:
      return {.unit = tenant.name};
    case TenantKind::process:
      return {.program = tenant.name.starts_with("host:") ? tenant.name.substr(5) : tenant.name};
    default:
      return {};
  }
}

}  // namespace

void rename(CardHistory& history, const std::vector<TenantRule>& rules) {
  if (rules.empty()) return;
  std::map<std::string, std::uint32_t> numbers;  // of the tenants that are left
  std::vector<std::uint32_t> becomes;
  std::vector<CardTenant> left;
  for (CardTenant& tenant : history.tenants) {
    const TenantFacts facts = facts_of(tenant);
    const bool any = !facts.container.empty() || !facts.unit.empty() || !facts.program.empty();
    if (const TenantRule* rule = any ? rule_for(rules, facts) : nullptr) {
      for (CardOom& oom : history.ooms) {
        if (oom.sampled() == tenant.name) oom.seen_as = rule->name;
      }
      tenant.evidence += "; [[card.tenant]] " + rule->match;
      tenant.name = rule->name;
    }
    const auto [number, fresh] = numbers.emplace(tenant.name, static_cast<std::uint32_t>(left.size()));
    if (fresh) left.push_back(std::move(tenant));
    becomes.push_back(number->second);
  }
  history.tenants = std::move(left);
  for (CardSample& sample : history.samples) {
    for (Held& held : sample.held) held.tenant = becomes[held.tenant];
  }
  for (auto* peaks : {&history.exact_peaks, &history.told_peaks}) {
    std::map<std::uint32_t, Bytes> renamed;
    for (const auto& [tenant, bytes] : *peaks)
      renamed[becomes[tenant]] = std::max(renamed[becomes[tenant]], bytes);
    *peaks = std::move(renamed);
  }
}

}  // namespace ctxcap::card
