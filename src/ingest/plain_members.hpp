#pragma once
// The members of plain objects that look alike. Rows of one log have their keys in one order and write them in one way,
// so what stands before the n-th value, from its comma to its colon, is nearly always what stood there in the row before:
// one comparison says so, and spares the search for the key's end and its meaning.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/plain_text.hpp"

namespace ctxcap::ingest {

// Meaning: what a reader knows of a key, cheap to copy. One value per thread.
template <typename Meaning>
class PlainMembers {
 public:
  explicit PlainMembers(const LongText& by = long_text()) : long_(&by) {}

  // Bytes that must be readable behind an object (their content does not matter).
  static constexpr std::size_t kPadding = 64;

  enum class Seen : std::uint8_t {
    other,  // the object is not plain; some of its members may have been visited
    ascii,
    longer_characters,  // plain, if its longer characters are whole: nobody has looked
  };

  struct Member {
    std::string_view key;  // between its quotes; without escapes
    Meaning meaning;
    std::string_view value;
    bool is_unescaped;  // a string, and nothing in it is escaped
  };

  struct Object {
    Seen seen = Seen::other;
    std::size_t size = 0;     // bytes
    std::size_t members = 0;  // meaning(0) and so on are those of its keys
    bool is_alike = false;    // its keys are those of the object before, in the same order
  };

  // visit(Member) for each of the object at the beginning of `all`, whose last byte is a closing brace or a line end;
  // `meaning_of(key)` is asked when the guess was wrong.
  template <typename MeaningOf, typename Visit>
  Object each(std::string_view all, MeaningOf&& meaning_of, Visit&& visit) {
    PlainText text(all, *long_);
    const Lead* lead = leads_.data();
    const Lead* end = lead + leads_.size();
    for (;; ++lead) {
      if (lead == end || !lead->is_at(text.at())) {
        const auto number = static_cast<std::size_t>(lead - leads_.data());
        if (!learn(number, text, meaning_of)) return {};
        lead = leads_.data() + number;
        end = leads_.data() + leads_.size();
      }
      const std::string_view key(text.at() + lead->key_at, lead->key_size);
      text.skip(lead->size);
      const char* const begin = text.at();
      if (text.is_over()) return {};  // what matched goes on behind the text
      if (!text.value()) return {};
      visit(Member{.key = key,
                   .meaning = lead->meaning,
                   .value = {begin, static_cast<std::size_t>(text.at() - begin)},
                   .is_unescaped = *begin == '"' && !text.has_escape()});
      text.blanks();
      if (*text.at() == ',') continue;
      if (!text.take('}')) return {};
      const auto members = static_cast<std::size_t>(lead - leads_.data()) + 1;
      return {.seen = text.has_high() ? Seen::longer_characters : Seen::ascii,
              .size = static_cast<std::size_t>(text.at() - all.data()),
              .members = members,
              .is_alike = members == std::exchange(known_, members)};
    }
  }

  const Meaning& meaning(std::size_t number) const { return leads_[number].meaning; }

 private:
  // What stands before a value: a brace or comma, the key, a colon, and what blanks there are.
  struct Lead {
    std::uint8_t size = 0, key_at = 0, key_size = 0;  // bytes
    Meaning meaning{};
    std::uint64_t letters = 0;  // a bit for each of `text`
    std::array<char, kPadding> text{};

    bool is_at(const char* begin) const {
      std::uint64_t same = same_letters(begin, 0) | same_letters(begin, 1);
      if (size > 2 * kLetters) same |= same_letters(begin, 2) | same_letters(begin, 3);
      return (same & letters) == letters;
    }
    std::uint64_t same_letters(const char* begin, std::size_t part) const {
      const std::size_t at = part * kLetters;
      return std::uint64_t{Letters(begin + at).same_as(Letters(text.data() + at))} << at;
    }
  };

  // Reads what stands before the `number`-th value, from 0. False: it is not plain, or too long to guess.
  template <typename MeaningOf>
  bool learn(std::size_t number, PlainText text, MeaningOf&& meaning_of) {
    constexpr std::size_t kMostLeads = 256;
    const char* const begin = text.at();
    text.skip(1);
    text.blanks();
    if (!text.take('"')) return false;
    const char* const key_begin = text.at();
    if (!text.string() || text.has_escape()) return false;
    const std::string_view key(key_begin, static_cast<std::size_t>(text.at() - key_begin - 1));
    // What is guessed is not looked at again.
    if (std::any_of(key.begin(), key.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; })) return false;
    text.blanks();
    if (!text.take(':')) return false;
    text.blanks();
    const auto size = static_cast<std::size_t>(text.at() - begin);
    if (size >= kPadding || number >= kMostLeads) return false;
    if (number >= leads_.size()) leads_.resize(number + 1);
    known_ = 0;
    Lead& lead = leads_[number] = {.size = static_cast<std::uint8_t>(size),
                                   .key_at = static_cast<std::uint8_t>(key_begin - begin),
                                   .key_size = static_cast<std::uint8_t>(key.size()),
                                   .meaning = meaning_of(key),
                                   .letters = (std::uint64_t{1} << size) - 1};
    std::memcpy(lead.text.data(), begin, size);
    return true;
  }

  const LongText* long_;
  std::vector<Lead> leads_;
  std::size_t known_ = 0;  // members of the last object, unless something was learned since
};

}  // namespace ctxcap::ingest
