#include "history/joined.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap::history {
namespace {

constexpr i64 kSameOom = 2'000'000;  // microseconds in which one failure is told again

// The sample that a row belongs to; nullptr: none is near.
CardSample* near(std::vector<CardSample>& samples, Instant at, i64 step) {
  const auto after = std::lower_bound(samples.begin(), samples.end(), at,
                                      [](const CardSample& s, Instant when) { return s.at < when; });
  CardSample* best = nullptr;
  i64 distance = step / 2;
  for (auto it = after == samples.begin() ? after : std::prev(after); it != samples.end() && it <= after;
       ++it) {
    const i64 off = it->at.micros < at.micros ? at.micros - it->at.micros : it->at.micros - at.micros;
    if (off > distance) continue;
    distance = off;
    best = &*it;
  }
  return best;
}

// One sample per time, of several what is known of each.
void merge_same(std::vector<CardSample>& samples) {
  std::stable_sort(samples.begin(), samples.end(),
                   [](const CardSample& a, const CardSample& b) { return a.at < b.at; });
  std::vector<CardSample> merged;
  for (CardSample& sample : samples) {
    if (merged.empty() || merged.back().at != sample.at) {
      merged.push_back(std::move(sample));
      continue;
    }
    if (sample.used) merged.back().used = sample.used;
    if (sample.highest) merged.back().highest = sample.highest;
    merged.back().held.insert(merged.back().held.end(), sample.held.begin(), sample.held.end());
  }
  samples = std::move(merged);
}

}  // namespace

std::vector<CardOom> told_once(std::vector<CardOom> ooms) {
  std::stable_sort(ooms.begin(), ooms.end(), [](const CardOom& a, const CardOom& b) {
    return std::pair(a.tenant, a.at) < std::pair(b.tenant, b.at);
  });
  std::vector<CardOom> once;
  for (CardOom& oom : ooms) {
    const bool again = !once.empty() && once.back().tenant == oom.tenant &&
                       oom.at.micros - once.back().at.micros <= kSameOom;
    if (!again) {
      once.push_back(std::move(oom));
      continue;
    }
    if (!once.back().wanted) once.back().wanted = oom.wanted;
    if (!once.back().held) once.back().held = oom.held;
    if (once.back().pids.empty()) once.back().pids = std::move(oom.pids);
  }
  std::stable_sort(once.begin(), once.end(), [](const CardOom& a, const CardOom& b) { return a.at < b.at; });
  return once;
}

CardTenant tenant_of_process(std::string_view name) {
  std::string program = program_of(name);
  if (program.empty()) program = "unnamed";
  if (auto server = server_by_program(program)) return *server;
  return {program, TenantKind::process, "program " + program};
}

void Joined::card(const CardFacts& facts) {
  CardFacts& known = cards_[facts.uuid].facts;
  const CardFacts before = known;
  known = facts;
  if (known.name.empty()) known.name = before.name;
  if (!known.total) known.total = before.total;
  if (!known.reserved) known.reserved = before.reserved;
}

void Joined::used(const std::string& uuid, Instant at, std::optional<Bytes> bytes) {
  if (from_ && at < *from_) return;
  cards_[uuid].samples.push_back({at, bytes, {}});
}

void Joined::highest(const std::string& uuid, Instant at, Bytes bytes) {
  if (from_ && at < *from_) return;
  cards_[uuid].samples.push_back({.at = at, .highest = bytes});
}

void Joined::held(const std::string& uuid, Instant at, const CardTenant& tenant, i64 pid, Bytes bytes) {
  if ((from_ && at < *from_) || bytes <= 0) return;
  Card& card = cards_[uuid];
  card.rows.push_back({at, {card.number_of(tenant), pid, bytes}});
}

std::uint32_t Joined::Card::number_of(const CardTenant& tenant) {
  const auto [number, fresh] = numbers.emplace(tenant.name, static_cast<std::uint32_t>(tenants.size()));
  if (fresh) tenants.push_back(tenant);
  return number->second;
}

void Joined::averages(const std::string& uuid, i64 step) {
  cards_[uuid].averages = step;
}

void Joined::peak(const std::string& uuid, const CardTenant& tenant, Bytes bytes) {
  Card& card = cards_[uuid];
  Bytes& known = card.told_peaks[card.number_of(tenant)];
  known = std::max(known, bytes);
}

void Joined::oom(CardOom oom) {
  if (from_ && oom.at < *from_) return;
  ooms_.push_back(std::move(oom));
}

// What was told before `from` may run still.
void Joined::run(const std::string& uuid, CardRun run) {
  std::vector<CardRun>& runs = cards_[uuid].runs;
  if (!runs.empty() && runs.back().model == run.model && runs.back().num_ctx == run.num_ctx) return;
  runs.push_back(std::move(run));
}

// Whose an account is, samples say; one that was never sampled is known by its pid.
void Joined::Card::settle_accounts(std::map<std::uint32_t, Bytes>& exact) {
  std::map<i64, std::uint32_t> of;
  for (const Row& row : rows) of[row.held.pid] = row.held.tenant;
  for (const auto& [pid, bytes] : accounts) {
    const auto seen = of.find(pid);
    const std::string name = fmt::format("pid {}", pid);
    const std::uint32_t tenant = seen != of.end()
                                     ? seen->second
                                     : number_of({name, TenantKind::process, "the driver's account of it"});
    exact[tenant] = std::max(exact[tenant], bytes);
  }
}

CardHistory Joined::finish(Card card) {
  std::map<std::uint32_t, Bytes> exact;
  card.settle_accounts(exact);
  CardHistory history{.card = std::move(card.facts), .tenants = std::move(card.tenants)};
  history.runs = std::move(card.runs);
  history.told_peaks = std::move(card.told_peaks);
  history.exact_peaks = std::move(exact);
  history.averages = card.averages > 0;
  history.step = card.averages;
  merge_same(card.samples);
  const i64 step = median_step(card.samples);
  std::vector<CardSample> alone;
  for (const Row& row : card.rows) {
    if (CardSample* sample = near(card.samples, row.at, step)) {
      sample->held.push_back(row.held);
    } else {
      alone.push_back({row.at, std::nullopt, {row.held}});
    }
  }
  card.samples.insert(card.samples.end(), std::make_move_iterator(alone.begin()),
                      std::make_move_iterator(alone.end()));
  merge_same(card.samples);
  history.samples = std::move(card.samples);
  return history;
}

std::vector<CardHistory> Joined::finish() && {
  std::vector<CardOom> once = told_once(std::move(ooms_));
  std::vector<CardHistory> all;
  if (cards_.empty() && !once.empty()) cards_[""];
  for (auto& [uuid, card] : cards_) {
    card.facts.uuid = uuid;
    all.push_back(finish(std::move(card)));
    all.back().sources = sources_;
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const CardHistory& a, const CardHistory& b) { return a.card.index < b.card.index; });
  // Which card a log speaks of is not told: it is that of the machine's only one, else of the first.
  if (all.empty()) return all;
  all.front().ooms = std::move(once);
  name_ooms(all.front());
  all.front().tells_ooms = tells_ooms_;
  return all;
}

}  // namespace ctxcap::history
