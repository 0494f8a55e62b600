#include "card/need.hpp"

#include <algorithm>
#include <set>

#include "card/card.hpp"

namespace ctxcap::card {
namespace {

Bytes all_of(const CardSample& sample) {
  Bytes sum = 0;
  for (const Held& held : sample.held) sum += held.bytes;
  return sum;
}

// In use, and of nobody who is known.
Bytes unattributed(const CardSample& sample) {
  return sample.used ? std::max<Bytes>(0, *sample.used - all_of(sample)) : 0;
}

using Parts = std::vector<std::pair<std::string, Bytes>>;

Bytes sum_of(const Parts& parts) {
  Bytes sum = 0;
  for (const auto& [tenant, bytes] : parts) sum += bytes;
  return sum;
}

void take_larger(Rest& rest, Parts parts) {
  const Bytes sum = sum_of(parts);
  if (rest.needed && *rest.needed >= sum) return;
  rest.needed = sum;
  rest.parts = std::move(parts);
}

class Needs {
 public:
  Needs(const CardHistory& history, const std::vector<Bytes>& peaks, const std::vector<OomUse>& ooms)
      : history_(history), worst_(peaks) {
    for (const CardSample& sample : history.samples) {
      if (!history.averages) break;
      const Bytes alone = sample.held.empty() ? sample.highest.value_or(0) : 0;
      unattributed_ = std::max({unattributed_, unattributed(sample), alone});
    }
    for (const OomUse& one : ooms) {
      for (std::size_t t = 0; t < history.tenants.size(); ++t) {
        if (history.tenants[t].name == one.oom.sampled() && one.held && one.oom.wanted)
          worst_[t] = std::max(worst_[t], *one.held + *one.oom.wanted);
      }
    }
  }

  // Of all who were there at the `i`th sample or the next, each at its worst, but for `alone`: between the
  // two nobody looked.
  Parts around(std::size_t i, const std::string& alone = "") const {
    std::set<std::uint32_t> there;
    Bytes others = unattributed_;
    for (std::size_t k = i; k <= i + 1 && k < history_.samples.size(); ++k) {
      for (const Held& held : history_.samples[k].held) {
        const CardTenant& tenant = history_.tenants[held.tenant];
        if (!is_llm(tenant.kind) && tenant.name != alone) there.insert(held.tenant);
      }
      others = std::max(others, unattributed(history_.samples[k]));
    }
    Parts parts;
    for (const std::uint32_t tenant : there)
      parts.emplace_back(history_.tenants[tenant].name, worst_[tenant]);
    if (others > 0) parts.emplace_back(unattributed_tenant().name, others);
    return parts;
  }

 private:
  const CardHistory& history_;
  Bytes unattributed_ = 0;    // at the least: of averages no moment can be told
  std::vector<Bytes> worst_;  // of each tenant: its peak, or what it would have had
};

std::optional<Bytes> seen_beside(const CardHistory& history) {
  std::optional<Bytes> most;
  for (const CardSample& sample : history.samples) {
    Bytes llm = 0;
    for (const Held& held : sample.held) {
      if (is_llm(history.tenants[held.tenant].kind)) llm += held.bytes;
    }
    if (llm == 0) continue;
    most = std::max(most.value_or(0), std::max(all_of(sample), sample.used.value_or(0)) - llm);
  }
  return most;
}

}  // namespace

Rest rest_of(const CardHistory& history, const std::vector<Bytes>& peaks, const std::vector<OomUse>& ooms) {
  Rest rest{.seen = seen_beside(history)};
  // Where no process is told, the language model is among what cannot be attributed.
  if (history.tenants.empty()) return rest;
  const Needs needs(history, peaks, ooms);
  for (std::size_t i = 0; i < history.samples.size(); ++i) take_larger(rest, needs.around(i));
  for (const OomUse& one : ooms) {
    const auto tenant = std::find_if(history.tenants.begin(), history.tenants.end(),
                                     [&](const CardTenant& t) { return t.name == one.oom.sampled(); });
    if (tenant != history.tenants.end() && is_llm(tenant->kind))
      continue;  // its own need is no part of the rest
    if (!one.held || !one.oom.wanted) {
      rest.more = true;
      continue;
    }
    const auto after = std::upper_bound(history.samples.begin(), history.samples.end(), one.oom.at,
                                        [](Instant at, const CardSample& s) { return at < s.at; });
    const Bytes own = *one.held + *one.oom.wanted;
    const std::size_t i = static_cast<std::size_t>(after - history.samples.begin());
    Parts parts = history.samples.empty() ? Parts() : needs.around(i == 0 ? 0 : i - 1, one.oom.sampled());
    parts.emplace_back(one.oom.sampled(), own);
    take_larger(rest, std::move(parts));
  }
  std::stable_sort(rest.parts.begin(), rest.parts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return rest;
}

}  // namespace ctxcap::card
