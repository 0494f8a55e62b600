#pragma once
// Where strings in JSON text end, for those who go over it without building a tree.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/letters.hpp"

namespace ctxcap {

inline constexpr std::size_t kNoEnd = std::string_view::npos;

inline bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
inline std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Nearly all texts are shorter than a call of memchr is worth.
inline constexpr std::size_t kShortText = 64;

struct StringEnd {
  std::size_t behind = kNoEnd;  // its closing quote; kNoEnd where there is none
  bool is_verbatim = false;     // it is known that nothing in it is escaped
};

// Of the string that begins at `at`.
inline StringEnd end_of_string(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '"') return {};
  const std::size_t first = at + 1;
  std::size_t from = first;
  bool is_verbatim = true;
  while (from < first + kShortText && from + kLetters <= text.size()) {
    const std::uint32_t found = Letters(text.data() + from).quotes_and_slashes();
    if (found == 0) {
      from += kLetters;
      continue;
    }
    from += static_cast<std::size_t>(std::countr_zero(found));
    if (text[from] == '"') return {.behind = from + 1, .is_verbatim = is_verbatim};
    is_verbatim = false;
    from += 2;
  }
  if (from + kLetters > text.size()) {  // near the end of the text
    while (from < text.size()) {
      std::uint32_t found = 1;  // in a text that is too short to be looked at by Letters: look here
      if (text.size() >= kLetters) {
        const std::size_t last = text.size() - kLetters;
        found = Letters(text.data() + last).quotes_and_slashes() >> (from - last);
        if (found == 0) return {};
      }
      from += static_cast<std::size_t>(std::countr_zero(found));
      if (text[from] == '"') return {.behind = from + 1, .is_verbatim = is_verbatim};
      const bool is_slash = text[from] == '\\';
      is_verbatim = is_verbatim && !is_slash;
      from += is_slash ? 2 : 1;
    }
    return {};
  }
  while (from < text.size()) {
    const void* found = std::memchr(text.data() + from, '"', text.size() - from);
    if (found == nullptr) return {};
    const std::size_t quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    // An odd number of backslashes before it escapes the quote.
    std::size_t slashes = 0;
    while (quote - slashes > first && text[quote - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return {.behind = quote + 1};
    from = quote + 1;
  }
  return {};
}

inline std::size_t skip_string(std::string_view text, std::size_t at) {
  return end_of_string(text, at).behind;
}

}  // namespace ctxcap
