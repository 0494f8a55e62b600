#include <algorithm>
#include <utility>

#include "card/card.hpp"

namespace ctxcap::card {
namespace {

TenantUse& use_of(CardUse& use, const CardTenant& tenant) {
  const auto known = std::find_if(use.tenants.begin(), use.tenants.end(),
                                  [&](const TenantUse& one) { return one.tenant.name == tenant.name; });
  if (known != use.tenants.end()) return *known;
  return use.tenants.emplace_back(TenantUse{.tenant = tenant});
}

}  // namespace

void add_now(CardUse& use, const CardLook& look) {
  const CardFacts told = std::exchange(use.card, look.facts);
  if (!use.card.total) use.card.total = told.total;
  if (!use.card.reserved) use.card.reserved = told.reserved;
  if (!look.hidden.empty()) return;  // who is there is not told: nobody is at 0
  Bytes known = 0;
  bool all = true;
  for (TenantUse& tenant : use.tenants) tenant.now = 0;
  for (const CardProcess& process : look.processes) use_of(use, process.tenant).now = 0;
  for (const CardProcess& process : look.processes) {
    TenantUse& tenant = use_of(use, process.tenant);
    all = all && process.bytes;
    if (!process.bytes) tenant.now.reset();
    if (!process.bytes || !tenant.now) continue;  // with a part unknown the sum is
    known += *process.bytes;
    *tenant.now += *process.bytes;
    if (process.runs) use.models.push_back({*process.runs, *process.bytes});
  }
  const Bytes rest = look.facts.used.value_or(0) - known;
  if (all && rest > 0) use_of(use, unattributed_tenant()).now = rest;
  for (TenantUse& tenant : use.tenants) tenant.peak = std::max(tenant.peak, tenant.now.value_or(0));
  std::stable_sort(use.tenants.begin(), use.tenants.end(),
                   [](const TenantUse& a, const TenantUse& b) { return a.peak > b.peak; });
}

}  // namespace ctxcap::card
