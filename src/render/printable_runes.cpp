#include "render/printable_runes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace ctxcap::render {
namespace {

struct Range {
  char32_t first, last;
};

// Assigned letters, marks, numbers, punctuation and symbols of the scripts people write most. Left out on
// purpose: no-break space, soft hyphen, zero-width and directional characters, ideographic space, BOM,
// private use, and whatever is not assigned.
constexpr std::array kSurvive = {
    Range{'\t', '\n'},       Range{'\r', '\r'},     Range{0x20, 0x7E},     Range{0xA1, 0xAC},
    Range{0xAE, 0x377},      Range{0x37A, 0x37F},   Range{0x384, 0x38A},   Range{0x38E, 0x3A1},
    Range{0x3A3, 0x52F},     Range{0x531, 0x556},   Range{0x5D0, 0x5EA},   Range{0x620, 0x64A},
    Range{0x660, 0x6D3},     Range{0x904, 0x939},   Range{0xE01, 0xE3A},   Range{0x10D0, 0x10FF},
    Range{0x1E00, 0x1F15},   Range{0x2010, 0x2027}, Range{0x2030, 0x205E}, Range{0x20A0, 0x20BF},
    Range{0x2100, 0x218B},   Range{0x2190, 0x2426}, Range{0x2460, 0x2B73}, Range{0x3001, 0x303F},
    Range{0x3041, 0x3096},   Range{0x3099, 0x30FF}, Range{0x3400, 0x4DBF}, Range{0x4E00, 0x9FFC},
    Range{0xAC00, 0xD7A3},   Range{0xFE00, 0xFE0F}, Range{0xFF01, 0xFFBE}, Range{0x1F300, 0x1F6D7},
    Range{0x1F900, 0x1F9FF},
};

// What Ollama's parser is known to drop.
constexpr std::array kLost = {
    Range{0x00, 0x1F},     Range{0x7F, 0xA0},     Range{0xAD, 0xAD},     Range{0x061C, 0x061C},
    Range{0x2000, 0x200F}, Range{0x2028, 0x202F}, Range{0x205F, 0x206F}, Range{0x3000, 0x3000},
    Range{0xE000, 0xF8FF}, Range{0xFEFF, 0xFEFF},
};

template <std::size_t kCount>
bool in(const std::array<Range, kCount>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

}  // namespace

std::string lost_in_modelfile(std::string_view text) {
  while (!text.empty()) {
    const bool written = text.starts_with("\xEF\xBF\xBD");
    const char32_t c = next_code_point(text);
    if (c == U'\uFFFD' && !written) return "it is not UTF-8, and a Modelfile is";
    if (in(kSurvive, c)) continue;
    const auto code = static_cast<std::uint32_t>(c);
    if (in(kLost, c))
      return fmt::format("it has a character that a Modelfile loses: U+{:04X}, which nobody sees", code);
    return fmt::format("it has a character that a Modelfile may lose: U+{:04X} is not known to survive",
                       code);
  }
  return {};
}

}  // namespace ctxcap::render
