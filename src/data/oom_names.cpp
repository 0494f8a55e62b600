#include <algorithm>
#include <map>
#include <set>

#include "data/card.hpp"

namespace ctxcap {
namespace {

// A log has its own name for a tenant; the processes that it told of say which one samples have for it.
std::string seen_as(const CardOom& oom, const CardHistory& history) {
  const auto after = std::upper_bound(history.samples.begin(), history.samples.end(), oom.at,
                                      [](Instant at, const CardSample& s) { return at < s.at; });
  if (after == history.samples.begin()) return "";
  std::string found;
  for (const Held& held : std::prev(after)->held) {
    const CardTenant& tenant = history.tenants[held.tenant];
    if (tenant.name == oom.tenant) return "";
    if (is_llm(tenant.kind) || std::find(oom.pids.begin(), oom.pids.end(), held.pid) == oom.pids.end())
      continue;
    if (!found.empty() && found != tenant.name) return "";  // one of several
    found = tenant.name;
  }
  return found;
}

}  // namespace

void name_ooms(CardHistory& history) {
  std::map<std::string, std::set<std::string>> names;  // of logs -> of samples
  for (CardOom& oom : history.ooms) {
    oom.seen_as = seen_as(oom, history);
    if (!oom.seen_as.empty()) names[oom.tenant].insert(oom.seen_as);
  }
  for (CardOom& oom : history.ooms) {
    const auto known = names.find(oom.tenant);
    if (oom.seen_as.empty() && known != names.end() && known->second.size() == 1)
      oom.seen_as = *known->second.begin();
  }
}

}  // namespace ctxcap
