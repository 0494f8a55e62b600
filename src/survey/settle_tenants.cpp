#include "survey/settle_tenants.hpp"

#include <map>

#include "base/text.hpp"
#include "card/card.hpp"
#include "state/state.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::survey {
namespace {

// The highest that was seen of each tenant; empty where nobody watched, or it cannot be read.
std::map<std::string, Bytes> measured_peaks(World& world) {
  std::map<std::string, Bytes> peaks;
  auto samples = state::CardSamples::open(world, DatabaseMode::read);
  const auto histories = samples ? samples->histories() : Result<std::vector<CardHistory>>();
  for (const CardHistory& history : histories.value_or(std::vector<CardHistory>{})) {
    for (const TenantUse& use : card::use_of(history).tenants) {
      Bytes& peak = peaks[use.tenant.name];
      peak = std::max(peak, use.peak);
    }
  }
  return peaks;
}

// Where the tenants of that table stand.
std::string place_of(const settings::Reading& reading, const std::string& key) {
  for (const settings::Shown& shown : reading.shown) {
    if (shown.key == key && !shown.place.empty()) return printable(shown.place, 120) + ": ";
  }
  return "";
}

Error no_upper_end(const Tenant& tenant) {
  return {
      .kind = ErrorKind::usage,
      .what = fmt::format("{} has no known upper limit", printable(tenant.catalogue, 80)),
      .why = "it takes more the more it is given, so a budget cannot hold it",
      .hint = fmt::format("measure it with ctxcap card record, then write it like {}=9.6GB", tenant.name)};
}

Status price(Tenant& tenant, World& world) {
  TRY_ASSIGN(const TenantNeed need,
             tenants::need_of({.tenant = tenant.catalogue, .read = [&world](const std::string& path) {
                                 return world.files.read_all(path);
                               }}));
  if (!need.high()) return fail(no_upper_end(tenant));
  tenant.bytes = *need.high();
  tenant.basis = Tenant::Basis::catalogue;
  return {};
}

}  // namespace

void settle_tenants(settings::Reading& reading, World& world) {
  std::optional<std::map<std::string, Bytes>> measured;
  const auto settle = [&](std::optional<Budget>& card, const std::string& key) {
    if (!card) return;
    for (Tenant& tenant : card->tenants) {
      if (tenant.catalogue.empty()) continue;
      if (!measured) measured = measured_peaks(world);
      const auto seen = measured->find(tenant.name);
      Status priced = price(tenant, world);  // also where it was measured: a wrong name is wrong
      if (seen != measured->end()) {
        tenant.bytes = seen->second;
        tenant.basis = Tenant::Basis::measured;
        if (!priced && priced.error().what == no_upper_end(tenant).what) continue;
      }
      if (priced) continue;
      priced.error().why = place_of(reading, key) + printable(tenant.name, 60) + ": " + priced.error().why;
      reading.problems.push_back(std::move(priced).error());
    }
  };
  settle(reading.settings.card, "card.tenants");
  for (std::size_t i = 0; i < reading.settings.servers.size(); ++i)
    settle(reading.settings.servers[i].card, fmt::format("server[{}].tenants", i));
}

}  // namespace ctxcap::survey
