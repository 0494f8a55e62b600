#include "ingest/keys.hpp"

namespace ctxcap::ingest {
namespace {

// A row has some fifty keys, so their lookup is the hottest code beside the scan. Length and three characters
// tell nearly all spellings apart; the table is filled at compile time and probed linearly.
constexpr std::size_t kSlots = 2048;

constexpr std::size_t slot_of(std::string_view key) {
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(key[i])); };
  const std::size_t hash = key.size() * 131 + at(0) * 31 + at(key.size() - 1) * 1009 +
                           at(key.size() / 2) * 7919 + at(key.size() / 4) * 523;
  return hash % kSlots;
}

constexpr std::array<std::uint16_t, kSlots> filled_table() {
  static_assert(kKeys < kSlots / 2);
  std::array<std::uint16_t, kSlots> table{};  // 0: empty; else the key's number plus one
  for (std::size_t key = 0; key < kKeys; ++key) {
    std::size_t slot = slot_of(kKeySpellings[key]);
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<std::uint16_t>(key + 1);
  }
  return table;
}

constexpr std::array<std::uint16_t, kSlots> kTable = filled_table();

}  // namespace

std::optional<Key> find_key(std::string_view spelling) {
  if (spelling.empty()) return std::nullopt;
  for (std::size_t slot = slot_of(spelling); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    const std::size_t key = kTable[slot] - 1U;
    if (kKeySpellings[key] == spelling) return static_cast<Key>(key);
  }
  return std::nullopt;
}

}  // namespace ctxcap::ingest
