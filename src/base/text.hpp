#pragma once
// Small things with text: widths, printable forms, likely spellings.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ctxcap {

// Columns that `text` takes in a terminal: code points, with combining marks as 0 and wide ones as 2.
int display_width(std::string_view text);

// The text cut to `width` columns, the last of them `cut` (one column wide) when something was cut.
std::string fit_to_width(std::string_view text, int width, std::string_view cut = "…");

// One printable line out of untrusted text (names from logs): control characters, line ends, bytes that are
// not UTF-8 and characters that reorder or hide text become "?"; longer than `max_width` columns is cut.
std::string printable(std::string_view text, int max_width = 200);

// A word as a shell takes it: in single quotes where it holds anything but letters, digits and ._/:=,@%+-.
std::string in_shell(std::string_view word);

// The candidate nearest to `word` by edit distance, when near enough to be meant; else "".
std::string closest(std::string_view word, std::span<const std::string> candidates);

// ASCII capitals made small; everything else as it is.
std::string lowered(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

// Next code point of UTF-8 `text`, which is advanced past it; U+FFFD (and one byte taken) where it is not
// UTF-8. `text` is not empty.
char32_t next_code_point(std::string_view& text);

}  // namespace ctxcap
