#pragma once
// Inside report/: colour and glyphs. Colour is never the only carrier of a meaning.

#include <string>
#include <string_view>

#include "base/text_table.hpp"
#include "report/report.hpp"

namespace ctxcap::report {

enum class Tone { plain, good, warn, bad, dim, bold };

inline std::string paint(std::string_view text, Tone tone, Colour colour) {
  if (colour == Colour::off || tone == Tone::plain) return std::string(text);
  const char* code = tone == Tone::good   ? "\x1b[32m"
                     : tone == Tone::warn ? "\x1b[33m"
                     : tone == Tone::bad  ? "\x1b[31m"
                     : tone == Tone::dim  ? "\x1b[2m"
                                          : "\x1b[1m";
  return code + std::string(text) + "\x1b[0m";
}

// "14 d", "2 h 03 m", "50 s"
std::string span_text(double seconds);

struct Marks {
  std::string_view good, warn, bad, grow, arrow, dot, minus, at_most, pointer;
  std::string_view cut;  // of what did not fit
};

inline constexpr Marks kUnicodeMarks{"✓", "!", "✗", "▲", "→", "·", "−", "≤", "▸", "…"};
inline constexpr Marks kAsciiMarks{"ok", "!", "x", "^", "->", "-", "-", "<=", ">", "~"};

inline const Marks& marks_for(const TextOptions& options) {
  return options.glyphs == Glyphs::ascii ? kAsciiMarks : kUnicodeMarks;
}

inline TableRoom room_of(const TextOptions& options) {
  return {options.width, marks_for(options).cut};
}

}  // namespace ctxcap::report
