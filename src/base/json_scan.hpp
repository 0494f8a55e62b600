#pragma once
// Where strings in JSON text end, for those who go over it without building a tree.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ctxcap {

inline constexpr std::size_t kNoEnd = std::string_view::npos;

inline bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
inline std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Nearly all texts are shorter than a call of memchr is worth: their letters are looked at eight at a time.
inline constexpr std::size_t kShortText = 64;
inline constexpr std::size_t kLetters = sizeof(std::uint64_t);

inline std::uint64_t letters_at(std::string_view text, std::size_t at) {
  std::uint64_t letters = 0;
  std::memcpy(&letters, text.data() + at, sizeof letters);
  return letters;
}

// The highest bit of each byte that is `c`, and at times of a byte above one.
inline std::uint64_t letters_that_are(char c, std::uint64_t letters) {
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;
  const std::uint64_t differs = letters ^ (kEach * static_cast<unsigned char>(c));
  return (differs - kEach) & ~differs & (kEach << 7);
}

// Behind the closing quote of the string that begins at `at`; kNoEnd where there is none.
inline std::size_t skip_string(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '"') return kNoEnd;
  const std::size_t first = at + 1;
  std::size_t from = first;
  if constexpr (std::endian::native == std::endian::little) {  // where the first letter is the lowest byte
    while (from < first + kShortText && from + kLetters <= text.size()) {
      const std::uint64_t letters = letters_at(text, from);
      const std::uint64_t found = letters_that_are('"', letters) | letters_that_are('\\', letters);
      const std::size_t behind = from + static_cast<std::size_t>(std::countr_zero(found)) / 8 + 1;
      if (found != 0 && text[behind - 1] == '"') return behind;
      if (found != 0) break;
      from += kLetters;
    }
  }
  while (from < text.size()) {
    const void* found = std::memchr(text.data() + from, '"', text.size() - from);
    if (found == nullptr) return kNoEnd;
    const std::size_t quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    // An odd number of backslashes before it escapes the quote.
    std::size_t slashes = 0;
    while (quote - slashes > first && text[quote - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
  return kNoEnd;
}

}  // namespace ctxcap
