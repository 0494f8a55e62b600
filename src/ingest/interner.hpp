#pragma once
// Strings that repeat on nearly every row (jobs, models) as small numbers, and ids as hashes.

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ctxcap::ingest {

// A 64-bit hash; two seeds together make the bits by which rows of one id are recognised.
inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  constexpr std::uint64_t kMultiplier = 0x9FB21C651E98DF25;
  std::uint64_t hash = seed ^ (text.size() * kMultiplier);
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 35;
    hash *= kMultiplier;
    hash ^= hash >> 28;
  };
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    mix(word);
    text.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  mix(rest);
  return hash;
}

// The numbers of all names, shared by all threads. Which number a name gets depends on who comes first, so
// nothing that is shown may depend on it.
class Names {
 public:
  std::uint32_t number_of(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    numbers_.emplace(texts_.emplace_back(text), number);  // a deque never moves its strings
    return number;
  }
  // Not beside number_of.
  const std::string& text_of(std::uint32_t number) const { return texts_[number]; }

 private:
  std::mutex mutex_;
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

// One thread's way to them: the names that it met lately need no lock.
class NameCache {
 public:
  explicit NameCache(Names& names) : names_(&names) {}

  // `is_new`: the name was not among those met lately.
  std::uint32_t number_of(std::string_view text, bool& is_new) {
    Entry& entry = entries_[hash_of(text, 5) % entries_.size()];
    is_new = !entry.used || entry.text != text;
    if (is_new) {
      entry.number = names_->number_of(text);
      entry.text = text;
      entry.used = true;
    }
    return entry.number;
  }
  std::uint32_t number_of(std::string_view text) {
    bool is_new = false;
    return number_of(text, is_new);
  }

 private:
  struct Entry {
    std::string text;
    std::uint32_t number = 0;
    bool used = false;
  };
  Names* names_;
  std::array<Entry, 512> entries_;
};

}  // namespace ctxcap::ingest
