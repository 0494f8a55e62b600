// What all cards of a look come to.

#include <algorithm>
#include <cstdlib>
#include <map>

#include "gpu/gpu.hpp"

namespace ctxcap::gpu {
namespace {

std::optional<Bytes> sum_of(const std::vector<CardLook>& looks, std::optional<Bytes> CardFacts::*fact) {
  if (looks.empty()) return std::nullopt;
  std::optional<Bytes> sum = 0;
  for (const CardLook& look : looks) sum = checked_add(sum, look.facts.*fact);
  return sum;
}

bool same_size(Bytes typed, Bytes told) {
  return std::abs(typed - told) <= told / 20;
}

}  // namespace

std::optional<Bytes> used_bytes(const std::vector<CardLook>& looks) {
  return sum_of(looks, &CardFacts::used);
}

std::optional<Bytes> total_bytes(const std::vector<CardLook>& looks) {
  return sum_of(looks, &CardFacts::total);
}

std::vector<CardLook> divided(std::vector<CardLook> looks) {
  std::vector<CardLook> all;
  for (CardLook& look : looks) {
    if (look.parts.empty()) {
      all.push_back(std::move(look));
      continue;
    }
    for (CardLook& part : look.parts) {
      for (const CardProcess& process : look.processes) {
        if (process.instance && part.part_of == process.instance) part.processes.push_back(process);
      }
      part.hidden = look.hidden;
      all.push_back(std::move(part));
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i].facts.index = static_cast<i64>(i);
  return all;
}

std::optional<Bytes> runner_bytes(const std::vector<CardLook>& looks, std::optional<Tokens> num_ctx) {
  std::map<i64, std::optional<Bytes>> by_pid;
  bool any_window = false;  // some runner tells its own
  std::map<i64, bool> wanted;
  for (const CardLook& look : looks) {
    for (const CardProcess& process : look.processes) {
      if (process.tenant.kind != TenantKind::ollama || process.bytes == Bytes{0}) continue;
      const auto [sum, fresh] = by_pid.emplace(process.pid, Bytes{0});
      sum->second = checked_add(sum->second, process.bytes);
      const bool tells = process.runs && process.runs->num_ctx;
      any_window = any_window || tells;
      wanted[process.pid] = wanted[process.pid] || (tells && process.runs->num_ctx == num_ctx);
    }
  }
  if (num_ctx && any_window) std::erase_if(by_pid, [&](const auto& one) { return !wanted[one.first]; });
  return by_pid.size() == 1 ? by_pid.begin()->second : std::nullopt;
}

std::vector<Card> cards(const std::vector<CardLook>& looks) {
  std::vector<Card> cards;
  for (const CardLook& look : looks) {
    if (look.facts.total.value_or(0) == 0) return {};
    cards.push_back({.name = look.facts.name, .total = *look.facts.total, .kept = look.facts.reserved});
  }
  return cards;
}

Status settle(Budget& budget, bool local, const std::function<std::vector<CardLook>()>& look) {
  const bool sizes_alone = std::all_of(budget.cards.begin(), budget.cards.end(),
                                       [](const Card& card) { return card.name.empty(); });
  if (!budget.ask && !sizes_alone) return {};
  std::vector<Card> told = local ? cards(look()) : std::vector<Card>{};
  if (!budget.ask) {
    // What the box says, and what is in it.
    for (Card& card : budget.cards) {
      const auto same = std::find_if(told.begin(), told.end(),
                                     [&](const Card& one) { return same_size(card.total, one.total); });
      if (same == told.end() || !same->kept) continue;
      card = *same;
      told.erase(same);
    }
    return {};
  }
  if (told.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "the size of the card is not known",
                 .why = local ? "no driver on this machine knows it" : "the server runs on another machine",
                 .hint = "--card 24GiB, or size = \"24GiB\" in [card]"});
  }
  budget.ask = false;
  budget.cards = std::move(told);
  budget.card = 0;
  for (const Card& card : budget.cards) budget.card += card.total;
  return {};
}

}  // namespace ctxcap::gpu
