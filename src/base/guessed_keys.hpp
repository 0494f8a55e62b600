#pragma once
// Keys of JSON objects that look alike. Rows of one log have their keys in one order, so the n-th key is
// nearly always the n-th of the row before: one comparison says so, and spares the search for its end and its
// meaning.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace ctxcap {

// Meaning: what a reader knows of a key, cheap to copy. One value per thread.
template <typename Meaning>
class GuessedKeys {
 public:
  // Bytes that must be readable behind a text (their content does not matter).
  static constexpr std::size_t kPadding = 64;

  struct Member {
    std::string_view key;  // between its quotes, as written; its data() is null where it is not closed
    Meaning meaning;
  };

  // The `number`-th key of an object, from 0. It begins at `begin`, behind its quote, in a text that ends at
  // `end`. `meaning_of(key)` is asked when the guess was wrong.
  template <typename MeaningOf>
  Member at(std::size_t number, const char* begin, const char* end, MeaningOf&& meaning_of) {
    if (number < guesses_.size()) {
      const Guess& guess = guesses_[number];
      if (guess.size > 0 && guess.is_at(begin)) return {{begin, guess.size - 1}, guess.meaning};
    }
    const void* quote = std::memchr(begin, '"', static_cast<std::size_t>(end - begin));
    std::string_view key;
    if (quote != nullptr) key = {begin, static_cast<std::size_t>(static_cast<const char*>(quote) - begin)};
    const Meaning meaning = meaning_of(key);
    learn(number, key, meaning);
    return {key, meaning};
  }

 private:
  static constexpr std::size_t kWord = sizeof(std::uint64_t);
  static std::uint64_t word(const char* at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
  }

  struct Guess {
    std::size_t size = 0;              // of the key with its closing quote; 0: too long to guess
    std::array<char, kPadding> key{};  // filled up with zeros
    std::uint64_t rest = 0;            // all bits set in the bytes of the last word that belong to the key
    Meaning meaning{};

    // Word by word: keys are too short for a call of memcmp to be worth it. Comparing may look behind the
    // text, but not behind its padding.
    bool is_at(const char* begin) const {
      std::size_t at = 0;
      for (; at + kWord <= size; at += kWord) {
        if (word(begin + at) != word(key.data() + at)) return false;
      }
      return ((word(begin + at) ^ word(key.data() + at)) & rest) == 0;
    }
  };

  void learn(std::size_t number, std::string_view key, const Meaning& meaning) {
    constexpr std::size_t kMostGuesses = 256;
    if (number >= kMostGuesses || key.data() == nullptr || key.size() + 1 >= kPadding) return;
    if (number >= guesses_.size()) guesses_.resize(number + 1);
    Guess& next = guesses_[number] = {.size = key.size() + 1, .meaning = meaning};
    *std::copy(key.begin(), key.end(), next.key.begin()) = '"';
    std::memset(&next.rest, 0xFF, next.size % kWord);
  }

  std::vector<Guess> guesses_;
};

}  // namespace ctxcap
