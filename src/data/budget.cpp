#include "data/budget.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "base/value.hpp"

namespace ctxcap {
namespace {

constexpr Bytes kCardMiB = 1LL << 20;

// Of cards that somebody looked at: all of it, and what the driver kept. Names without maker and spaces.
struct Known {
  std::string_view name;
  Bytes total, kept;
};
constexpr Known kKnown[] = {
    {"rtx2080", 8192, 182},  {"rtx2080super", 8192, 400},  {"rtx3080", 10240, 173},
    {"rtx3090", 24576, 316}, {"rtx4080super", 16376, 434}, {"rtx4000sffadageneration", 20475, 460},
    {"l40s", 46068, 609},    {"h200", 143771, 614},
};

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : lowered(name)) {
    if (c != ' ' && c != '-' && c != '_') plain += c;
  }
  for (const std::string_view maker : {"nvidia", "geforce"}) {
    if (plain.starts_with(maker)) plain.erase(0, maker.size());
  }
  return plain;
}

}  // namespace

std::string named_tenant(const std::string& text) {
  const bool is_letter = !text.empty() && lowered(text)[0] >= 'a' && lowered(text)[0] <= 'z';
  return is_letter ? text : "";
}

std::optional<Card> known_card(std::string_view name) {
  const auto found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                  [plain = plain_name(name)](const Known& one) { return one.name == plain; });
  if (found == std::end(kKnown)) return std::nullopt;
  return Card{.name = std::string(name), .total = found->total * kCardMiB, .kept = found->kept * kCardMiB};
}

std::string read_cards(std::string_view text, Budget& into) {
  Budget read{.ask = text == "auto", .off = text == "none", .together = std::move(into.together)};
  if (read.off) return into = std::move(read), "";
  for (std::string_view part : split(text, ',')) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    Card& card = read.cards.emplace_back(known_card(part).value_or(Card{}));
    if (read.ask || card.total > 0) continue;
    if (part.find_first_not_of("0123456789. ") == part.npos && part != "0")
      return "a size needs its unit: GiB or GB, MiB or MB";
    const Result<Bytes> bytes = part == "0" ? Result<Bytes>(0) : parse_bytes(part);
    if (!bytes) return bytes.error().why;
    if (*bytes == 0) return "nothing fits a card without memory";
    card.total = *bytes;
  }
  for (const Card& card : read.cards) read.card = checked_add(read.card, card.total).value_or(INT64_MAX);
  into = std::move(read);
  return "";
}

std::string cards_text(const Budget& budget) {
  if (budget.ask || budget.off) return budget.ask ? "auto" : "none";
  std::vector<std::string> texts;
  for (const Card& card : budget.cards)
    texts.push_back(card.name.empty() ? size_text(card.total) : card.name);
  return join(texts, ",");
}

Bytes Budget::usable() const {
  Bytes sum = 0;
  for (const Card& one : each()) sum = checked_add(sum, one.usable()).value_or(INT64_MAX);
  return sum;
}

Bytes Budget::limit() const {
  Bytes sum = 0;
  for (const Card& one : each())
    sum = checked_add(sum, std::min(one.total, one.usable() + reserve)).value_or(INT64_MAX);
  return sum;
}

std::vector<Bytes> Budget::room() const {
  std::vector<Bytes> room;
  for (const Card& one : each()) room.push_back(one.usable());
  for (const Tenant& tenant : tenants) room.front() = std::max<Bytes>(0, room.front() - tenant.bytes);
  return room;
}

}  // namespace ctxcap
