#pragma once
// Which of a fixed list of names a name is. Length and four of its letters tell nearly all of them apart; the table is
// filled at compile time and probed linearly.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ctxcap {

// At least twice as many slots as names, of which none is empty and none there twice.
template <std::size_t kSlots>
class NameTable {
 public:
  // name_of(i): the i-th name, the same for find().
  template <typename NameOf>
  constexpr NameTable(std::size_t names, NameOf name_of) {
    if (names > kSlots / 2) throw "too few slots";  // does not compile
    for (std::size_t i = 0; i < names; ++i) {
      std::size_t slot = slot_of(name_of(i));
      while (numbers_[slot] != 0) slot = (slot + 1) % kSlots;
      numbers_[slot] = static_cast<std::uint16_t>(i + 1);
    }
  }

  template <typename NameOf>
  constexpr std::optional<std::size_t> find(std::string_view name, NameOf name_of) const {
    if (name.empty()) return std::nullopt;
    for (std::size_t slot = slot_of(name); numbers_[slot] != 0; slot = (slot + 1) % kSlots) {
      const std::size_t i = numbers_[slot] - 1U;
      if (name_of(i) == name) return i;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t slot_of(std::string_view name) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(name[i])); };
    const std::size_t hash = name.size() * 131 + at(0) * 31 + at(name.size() - 1) * 1009 +
                             at(name.size() / 2) * 7919 + at(name.size() / 4) * 523;
    return hash % kSlots;
  }

  std::array<std::uint16_t, kSlots> numbers_{};  // 0: empty; else the name's place and one
};

}  // namespace ctxcap
