#pragma once
// JSON as programs write it: in one line, strings closed, brackets in pairs. It is read by one look at each byte, and
// nothing is taken for plain that simdjson would read otherwise, or not at all.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/letter_block.hpp"
#include "ingest/long_text.hpp"

namespace ctxcap::ingest {

// One way through text that begins with an object. Its last byte is a closing brace or a line end: outside of strings
// nothing goes past these, so no step looks where the text ends but those over strings, over brackets, and behind the
// brace of a value, which might be the last byte. Once something was not plain, where it stands means nothing.
class PlainText {
 public:
  // Bytes that must be readable behind the text (their content does not matter).
  static constexpr std::size_t kPadding = LetterBlock::kSize;

  PlainText(std::string_view text, const LongText& by)
      : at_(text.data()), end_(text.data() + text.size()), long_(&by) {}

  const char* at() const { return at_; }
  bool is_over() const { return at_ >= end_; }
  // To a place of no string. Who skips more than a bracket or a comma, with which no text ends, asks whether it is
  // inside of the text before anything else is asked.
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
    for (const char* const far = at_ + kShort; at_ < far;) {
      if (at_ >= end_) return false;
      const Letters letters(at_);
      high_.see(letters);
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
      has_high_ = has_high_ || escaped > 0x7F;
      at_ += 2;
    }
    return long_string();
  }

  // Of the last string.
  bool has_escape() const { return has_escape_; }
  // Some character so far may take more than one byte; whether these make one has not been looked at.
  bool has_high() const { return has_high_ || high_.any(); }

 private:
  static constexpr std::size_t kShort = 64;  // bytes of a string that are looked at before it is a long one

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

  bool long_string() {
    const Reach reach = long_->string(at_, end_);
    has_escape_ |= reach.has_escape;
    return go_behind(reach);
  }

  // An object or array. Where its brackets are closed is all that simdjson asks of what it does not read, but for its
  // first value: if that is none, it takes another bracket for the last.
  bool nested() {
    const bool is_object = *at_ == '{';
    skip(1);
    blanks();
    if (take(is_object ? '}' : ']')) return !is_over();
    if (is_object && !key()) return false;
    if (take('"')) {
      if (!string()) return false;
      blanks();
      if (*at_ == ':') return false;
    } else if (*at_ == ',' || *at_ == ':' || *at_ == '}' || *at_ == ']') {
      return false;
    }
    return go_behind(long_->nested(at_, end_)) && !is_over();  // else that was the brace of the whole
  }

  // With its colon, to where the value begins.
  bool key() {
    if (!take('"') || !string()) return false;
    blanks();
    if (!take(':')) return false;
    blanks();
    return true;
  }

  bool go_behind(const Reach& reach) {
    has_high_ = has_high_ || reach.has_high;
    at_ = reach.behind;
    return reach.behind != nullptr;
  }

  const char* at_;
  const char* end_;
  const LongText* long_;
  Letters::High high_;
  bool has_high_ = false;  // beside these
  bool has_escape_ = false;
};

}  // namespace ctxcap::ingest
