#include "card/card.hpp"

#include <algorithm>
#include <map>

#include "card/averages.hpp"
#include "card/need.hpp"
#include "card/timeline.hpp"

namespace ctxcap::card {
namespace {

constexpr double kMicros = 1e6;

// One pass over the samples: who is there, since when, with whom.
class Walk {
 public:
  Walk(const CardHistory& history, const Proven& proven)
      : history_(history), proven_(proven), uses_(history.tenants.size()) {
    for (std::size_t t = 0; t < uses_.size(); ++t) uses_[t].tenant = history.tenants[t];
  }

  void sample(std::size_t i, i64 lasts) {
    const CardSample& sample = history_.samples[i];
    const double seconds = static_cast<double>(lasts) / kMicros;
    std::map<std::uint32_t, Bytes> now;
    for (const Held& held : sample.held) {
      now[held.tenant] += held.bytes;
      // Someone who was not there one sample ago begins anew.
      const auto [seen, fresh] = last_seen_.try_emplace({held.tenant, held.pid}, i);
      if (fresh || (seen->second != i && seen->second + 1 != i)) ++uses_[held.tenant].sessions;
      seen->second = i;
    }
    Bytes llm = 0;
    for (const auto& [tenant, bytes] : now) {
      if (is_llm(uses_[tenant].tenant.kind)) llm += bytes;
    }
    for (const auto& [tenant, bytes] : now) {
      TenantUse& use = uses_[tenant];
      use.seconds += seconds;
      if (llm == 0 || is_llm(use.tenant.kind)) continue;
      use.with_llm.seconds += seconds;
      const Bytes joint = history_.averages ? proven_together(i, tenant) : bytes + llm;
      if (joint == 0) continue;
      const auto [met, fresh] = last_met_.try_emplace(tenant, i);
      if (fresh || (met->second != i && met->second + 1 != i)) ++use.with_llm.times;
      met->second = i;
      use.with_llm.joint_peak = std::max(use.with_llm.joint_peak, joint);
    }
    add_unattributed(i, now, llm, seconds);
  }

  std::vector<TenantUse>& uses() { return uses_; }
  std::optional<TenantUse> others() const { return others_.peak > 0 ? std::optional(others_) : std::nullopt; }

 private:
  void add_unattributed(std::size_t i, const std::map<std::uint32_t, Bytes>& now, Bytes llm, double seconds) {
    const CardSample& sample = history_.samples[i];
    if (!sample.used) return;
    Bytes bytes = *sample.used;
    for (const auto& [tenant, held] : now) bytes -= held;
    if (bytes <= 0) return;
    if (others_.sessions == 0 || others_last_ + 1 != i) ++others_.sessions;
    others_last_ = i;
    others_.peak = std::max(others_.peak, bytes);
    others_.seconds += seconds;
    if (llm == 0 || history_.averages) return;
    if (others_.with_llm.times == 0 || others_met_ + 1 != i) ++others_.with_llm.times;
    others_met_ = i;
    others_.with_llm.seconds += seconds;
    others_.with_llm.joint_peak = std::max(others_.with_llm.joint_peak, bytes + llm);
  }

  // 0: it is not proven.
  Bytes proven_together(std::size_t i, std::uint32_t tenant) const {
    const auto found = proven_.together[i].find(tenant);
    return found == proven_.together[i].end() ? 0 : found->second;
  }

  const CardHistory& history_;
  const Proven& proven_;
  std::vector<TenantUse> uses_;
  std::map<std::pair<std::uint32_t, i64>, std::size_t> last_seen_;  // tenant and pid -> sample
  std::map<std::uint32_t, std::size_t> last_met_;
  TenantUse others_{.tenant = unattributed_tenant()};
  std::size_t others_last_ = 0, others_met_ = 0;
};

// The sample that held at that moment.
const CardSample* before(const CardHistory& history, Instant at) {
  const auto after = std::upper_bound(history.samples.begin(), history.samples.end(), at,
                                      [](Instant when, const CardSample& s) { return when < s.at; });
  return after == history.samples.begin() ? nullptr : &*std::prev(after);
}

// `peaks`: of each tenant. A model's own peak is one of another window, maybe.
void add_needs(const CardHistory& history, const std::vector<Bytes>& peaks, std::vector<OomUse>& ooms) {
  std::map<std::string, Bytes> worst;
  for (std::size_t t = 0; t < peaks.size(); ++t) {
    if (!is_llm(history.tenants[t].kind)) worst[history.tenants[t].name] = peaks[t];
  }
  for (const OomUse& one : ooms) {
    const std::optional<Bytes> need = checked_add(one.held, one.oom.wanted);
    const auto known = worst.find(one.oom.sampled());
    if (need && known != worst.end()) known->second = std::max(known->second, *need);
  }
  for (OomUse& one : ooms) {
    one.need = checked_add(one.held, one.oom.wanted);
    const auto known = worst.find(one.oom.sampled());
    if (one.need && known != worst.end()) one.need = std::max(*one.need, known->second);
  }
}

std::optional<CardRun> run_at(const CardHistory& history, Instant at) {
  const auto after = std::upper_bound(history.runs.begin(), history.runs.end(), at,
                                      [](Instant when, const CardRun& run) { return when < run.at; });
  return after == history.runs.begin() ? std::nullopt : std::optional(*std::prev(after));
}

bool is_llm_named(const CardHistory& history, const std::string& name) {
  return std::any_of(history.tenants.begin(), history.tenants.end(),
                     [&](const CardTenant& tenant) { return tenant.name == name && is_llm(tenant.kind); });
}

OomUse seen_of(const CardOom& oom, const CardHistory& history, i64 step) {
  OomUse use{.oom = oom, .held = oom.held};
  const CardSample* sample = before(history, oom.at);
  const i64 until = sample == nullptr ? 0 : sample->at.micros + std::max(sample->lasts, 2 * step);
  if (sample == nullptr || oom.at.micros > until) return use;
  use.run = run_at(history, oom.at);
  Bytes own = 0, all = 0;
  for (const Held& held : sample->held) {
    const CardTenant& tenant = history.tenants[held.tenant];
    all += held.bytes;
    if (tenant.name == oom.sampled()) own += held.bytes;
    if (is_llm(tenant.kind)) use.llm += held.bytes;
  }
  if (history.averages) return use;  // what was held at that moment is not told
  // Where it says nothing, what was seen is what it had.
  if (own > 0) use.held = std::max(use.held.value_or(0), own);
  use.others = std::max(sample->used.value_or(0), all) - own;
  if (is_llm_named(history, oom.sampled()))
    use.llm = std::max(use.llm, checked_add(use.held, oom.wanted).value_or(0));
  return use;
}

// Of each tenant, as sampled or as its source has it of samples that it does not give.
std::vector<Bytes> peaks_of(const CardHistory& history) {
  std::vector<Bytes> peaks(history.tenants.size());
  std::map<std::uint32_t, Bytes> now;
  for (const CardSample& sample : history.samples) {
    now.clear();
    for (const Held& held : sample.held) now[held.tenant] += held.bytes;
    for (const auto& [tenant, bytes] : now) peaks[tenant] = std::max(peaks[tenant], bytes);
  }
  for (const auto* told : {&history.told_peaks, &history.exact_peaks}) {
    for (const auto& [tenant, bytes] : *told) peaks[tenant] = std::max(peaks[tenant], bytes);
  }
  return peaks;
}

}  // namespace

CardTenant unattributed_tenant() {
  return {"unattributed", TenantKind::unattributed,
          "in use by no process that can be seen: driver, desktop, graphics"};
}

CardUse use_of(const CardHistory& history) {
  CardUse use{.card = history.card, .sources = history.sources};
  const Timeline time = timeline_of(history);
  const std::vector<Bytes> peaks = peaks_of(history);
  const Proven proven = history.averages ? proven_by(history, peaks) : Proven();
  Walk walk(history, proven);
  for (std::size_t i = 0; i < history.samples.size(); ++i) {
    walk.sample(i, time.lasts[i]);
    use.watched += static_cast<double>(time.lasts[i]) / kMicros;
  }
  if (!history.samples.empty()) {
    use.from = history.samples.front().at;
    use.to = {history.samples.back().at.micros + history.samples.back().lasts};
  }
  use.step = static_cast<double>(time.step) / kMicros;
  use.gaps = time.gaps;
  use.averages = history.averages;
  for (std::size_t t = 0; t < peaks.size(); ++t) {
    TenantUse& one = walk.uses()[t];
    const auto exact = history.exact_peaks.find(static_cast<std::uint32_t>(t));
    one.peak = peaks[t];
    one.exact = exact != history.exact_peaks.end() && exact->second == one.peak;
  }
  for (const CardOom& oom : history.ooms) use.ooms.push_back(seen_of(oom, history, time.step));
  add_needs(history, peaks, use.ooms);
  const Rest rest = rest_of(history, peaks, use.ooms);
  use.rest_seen = history.averages ? proven.beside : rest.seen;
  use.rest_needed = rest.needed;
  use.rest_of = rest.parts;
  use.needs_more = rest.more;

  use.tenants = std::move(walk.uses());
  if (auto others = walk.others()) use.tenants.push_back(*std::move(others));
  for (TenantUse& one : use.tenants) {
    one.share = use.watched > 0 ? one.seconds / use.watched : 0;
    if (!history.tells_ooms) continue;
    one.ooms = std::count_if(history.ooms.begin(), history.ooms.end(),
                             [&](const CardOom& oom) { return oom.sampled() == one.tenant.name; });
  }
  std::stable_sort(use.tenants.begin(), use.tenants.end(),
                   [](const TenantUse& a, const TenantUse& b) { return a.peak > b.peak; });
  return use;
}

}  // namespace ctxcap::card
