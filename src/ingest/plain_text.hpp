#pragma once
// JSON as programs write it: in one line, strings closed, brackets in pairs. It is read by one look at each byte, and
// nothing is taken for plain that simdjson would read otherwise, or not at all.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/letters.hpp"

namespace ctxcap::ingest {

// One way through an object, whose last byte is its closing brace: outside of strings nothing goes past a brace, so no
// step looks where the text ends but those over strings and behind the brace of a value, which might be the last one.
// Once something was not plain, where it stands means nothing.
class PlainText {
 public:
  // Bytes that must be readable behind the text (their content does not matter).
  static constexpr std::size_t kPadding = kLetters;

  explicit PlainText(std::string_view object) : at_(object.data()), end_(object.data() + object.size()) {}

  const char* at() const { return at_; }
  bool is_over() const { return at_ == end_; }
  // To a place of no string. Who skips asks whether it is inside of the text before anything else is asked.
  void skip(std::size_t bytes) { at_ += bytes; }
  void blanks() {
    while (*at_ == ' ') ++at_;
  }
  bool take(char c) {
    const bool is_there = *at_ == c;
    if (is_there) ++at_;
    return is_there;
  }

  // Goes behind the value that begins here. False: it is not plain.
  bool value() {
    if (take('"')) return string();
    return *at_ == '{' || *at_ == '[' ? nested() : literal();
  }

  // The same for a string whose first quote is taken.
  bool string() {
    has_escape_ = false;
    while (at_ < end_) {
      const Letters letters(at_);
      high_ |= letters.high();
      const std::uint32_t found = letters.quotes_slashes_and_controls();
      if (found == 0) {
        at_ += kLetters;
        continue;
      }
      at_ += std::countr_zero(found);
      if (at_ >= end_) return false;
      if (take('"')) return true;
      const auto escaped = static_cast<unsigned char>(at_[1]);
      if (*at_ != '\\' || escaped < 0x20) return false;
      has_escape_ = true;
      high_ |= escaped >> 7;
      at_ += 2;
    }
    return false;
  }

  // Of the last string.
  bool has_escape() const { return has_escape_; }
  // Some character so far may take more than one byte; whether these make one has not been looked at.
  bool has_high() const { return high_ != 0; }

 private:
  // What numbers, true, false and null are made of. Which of them they are is asked by who reads them.
  static constexpr std::array<bool, 256> kOfLiterals = [] {
    std::array<bool, 256> of_literals{};
    for (const char c : std::string_view("+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
      of_literals[static_cast<unsigned char>(c)] = true;
    }
    return of_literals;
  }();
  static bool is_of_literal(char c) { return kOfLiterals[static_cast<unsigned char>(c)]; }

  bool literal() {
    const char first = *at_;
    const bool begins =
        (first >= '0' && first <= '9') || first == '-' || first == 'n' || first == 't' || first == 'f';
    while (is_of_literal(*at_)) ++at_;
    return begins;
  }

  // An object or array: a bit of `objects` for each level says which, the lowest for the innermost.
  bool nested() {
    constexpr int kMostLevels = 64;
    std::uint64_t objects = 0;
    int level = 0;
    for (;;) {
      if (*at_ == '{' || *at_ == '[') {
        if (++level > kMostLevels) return false;
        objects = objects << 1 | static_cast<std::uint64_t>(*at_++ == '{');
        blanks();
        if (*at_ != closing(objects)) {
          if (!before_value(objects)) return false;
          continue;
        }
      } else if (!(take('"') ? string() : literal())) {
        return false;
      }
      // Behind a value, or before the end of an empty level.
      for (blanks(); take(closing(objects)); blanks()) {
        if (at_ == end_) return false;  // that was the brace of the whole
        if (--level == 0) return true;
        objects >>= 1;
      }
      if (!take(',')) return false;
      blanks();
      if (!before_value(objects)) return false;
    }
  }
  static char closing(std::uint64_t objects) { return (objects & 1) != 0 ? '}' : ']'; }

  // From where an element or a member begins to its value.
  bool before_value(std::uint64_t objects) {
    if ((objects & 1) == 0) return true;
    if (!take('"') || !string()) return false;
    blanks();
    if (!take(':')) return false;
    blanks();
    return true;
  }

  const char* at_;
  const char* end_;
  std::uint32_t high_ = 0;
  bool has_escape_ = false;
};

}  // namespace ctxcap::ingest
