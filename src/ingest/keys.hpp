#pragma once
// Every top-level key that some format looks at. A record is reduced to these before any format sees it.

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "ingest/key_list.hpp"

namespace ctxcap::ingest {

enum class Key : std::uint16_t {
#define CTXCAP_KEY_ID(identifier, spelling) identifier,
  CTXCAP_KEYS(CTXCAP_KEY_ID)
#undef CTXCAP_KEY_ID
      count_,
};

inline constexpr std::size_t kKeys = static_cast<std::size_t>(Key::count_);

inline constexpr std::array<std::string_view, kKeys> kKeySpellings{{
#define CTXCAP_KEY_TEXT(identifier, spelling) spelling,
    CTXCAP_KEYS(CTXCAP_KEY_TEXT)
#undef CTXCAP_KEY_TEXT
}};
#undef CTXCAP_KEYS

// Bodies are measured and not read: they tell no format, and one that stands twice is no fault of the row.
constexpr bool is_body(Key key) {
  return key <= Key::df_input;
}

// The key so spelled; nullopt when no format looks at it.
std::optional<Key> find_key(std::string_view spelling);

class KeySet {
 public:
  constexpr KeySet() = default;
  constexpr KeySet(std::initializer_list<Key> keys) {
    for (const Key key : keys) add(key);
  }
  constexpr void add(Key key) { words_[word(key)] |= bit(key); }
  constexpr bool has(Key key) const { return (words_[word(key)] & bit(key)) != 0; }
  constexpr bool has_all(const KeySet& other) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      if ((words_[i] & other.words_[i]) != other.words_[i]) return false;
    }
    return true;
  }
  constexpr bool has_any(const KeySet& other) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }
  constexpr bool operator==(const KeySet&) const = default;
  constexpr std::size_t hash() const {
    std::uint64_t all = 0;
    for (const std::uint64_t word : words_) all = (all ^ word) * 0x9E37'79B9'7F4A'7C15;
    return all >> 32;
  }
  constexpr KeySet operator&(const KeySet& other) const {
    KeySet both;
    for (std::size_t i = 0; i < kWords; ++i) both.words_[i] = words_[i] & other.words_[i];
    return both;
  }
  template <typename Visit>
  constexpr void each(Visit&& visit) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      for (std::uint64_t left = words_[i]; left != 0; left &= left - 1) {
        visit(static_cast<Key>(i * 64 + static_cast<std::size_t>(std::countr_zero(left))));
      }
    }
  }

 private:
  static constexpr std::size_t kWords = (kKeys + 63) / 64;
  static constexpr std::size_t word(Key key) { return static_cast<std::size_t>(key) / 64; }
  static constexpr std::uint64_t bit(Key key) {
    return std::uint64_t{1} << (static_cast<std::size_t>(key) % 64);
  }

  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace ctxcap::ingest
