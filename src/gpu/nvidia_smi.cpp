// NVIDIA's own tool, one line of MiB per GPU.

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"

namespace ctxcap::gpu {
namespace {

// One line for each card; nullopt: nobody answers.
std::optional<std::vector<std::string>> lines_of(const std::string& fields, Processes& processes) {
  if (!processes.find("nvidia-smi")) return std::nullopt;
  const auto answer =
      processes.run({.argv = {"nvidia-smi", "--query-gpu=" + fields, "--format=csv,noheader,nounits"},
                     .timeout = std::chrono::seconds(10)});
  if (!answer || answer->exit_code != 0) return std::nullopt;
  std::vector<std::string> lines;
  for (std::string_view line : split(answer->out, '\n')) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

std::optional<Bytes> bytes_of(std::string_view mib) {
  while (mib.starts_with(' ')) mib.remove_prefix(1);
  const std::optional<i64> number = parse_integer(mib);
  return number && *number >= 0 ? checked_mul(*number, Bytes{1} << 20) : std::nullopt;
}

// The sum over all cards.
std::optional<Bytes> sum_of(const std::string& field, Processes& processes) {
  const auto lines = lines_of(field, processes);
  if (!lines || lines->empty()) return std::nullopt;
  std::optional<Bytes> sum = 0;
  for (const std::string& line : *lines) sum = checked_add(sum, bytes_of(line));
  return sum;
}

bool same_size(Bytes typed, Bytes told) {
  return std::abs(typed - told) <= told / 20;
}

}  // namespace

std::optional<Bytes> used_bytes(Processes& processes) {
  return sum_of("memory.used", processes);
}

std::optional<Bytes> total_bytes(Processes& processes) {
  return sum_of("memory.total", processes);
}

std::vector<Card> cards(Processes& processes) {
  // Drivers of before 2022 do not know what they keep.
  auto lines = lines_of("name,memory.total,memory.reserved", processes);
  if (!lines) lines = lines_of("name,memory.total", processes);
  std::vector<Card> cards;
  for (const std::string& line : lines.value_or(std::vector<std::string>{})) {
    const auto parts = split(line, ',');
    const std::optional<Bytes> total = parts.size() > 1 ? bytes_of(parts[1]) : std::nullopt;
    if (!total || *total == 0) return {};
    cards.push_back({.name = std::string(parts[0]), .total = *total});
    if (parts.size() > 2) cards.back().kept = bytes_of(parts[2]);
  }
  return cards;
}

Status settle(Budget& budget, bool local, Processes& processes) {
  const bool sizes_alone = std::all_of(budget.cards.begin(), budget.cards.end(),
                                       [](const Card& card) { return card.name.empty(); });
  if (!budget.ask && !sizes_alone) return {};
  std::vector<Card> told = local ? cards(processes) : std::vector<Card>{};
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
                 .why = local ? "nvidia-smi does not tell it here" : "the server runs on another machine",
                 .hint = "--card 24GiB, or size = \"24GiB\" in [card]"});
  }
  budget.ask = false;
  budget.cards = std::move(told);
  budget.card = 0;
  for (const Card& card : budget.cards) budget.card += card.total;
  return {};
}

}  // namespace ctxcap::gpu
