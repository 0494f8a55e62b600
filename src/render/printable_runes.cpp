#include "render/printable_runes.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace ctxcap::render {
namespace {

struct Range {
  char32_t first, last;
};

// Assigned letters, marks, numbers, punctuation and symbols of the scripts people write most. Left out on
// purpose: no-break space, soft hyphen, zero-width and directional characters, ideographic space, BOM,
// private use, and whatever is not assigned. A carriage return is left out since line ends are normalised.
constexpr std::array kSurvive = {
    Range{'\t', '\n'},     Range{0x20, 0x7E},     Range{0xA1, 0xAC},       Range{0xAE, 0x377},
    Range{0x37A, 0x37F},   Range{0x384, 0x38A},   Range{0x38E, 0x3A1},     Range{0x3A3, 0x52F},
    Range{0x531, 0x556},   Range{0x5D0, 0x5EA},   Range{0x620, 0x64A},     Range{0x660, 0x6D3},
    Range{0x904, 0x939},   Range{0xE01, 0xE3A},   Range{0x10D0, 0x10FF},   Range{0x1E00, 0x1F15},
    Range{0x2010, 0x2027}, Range{0x2030, 0x205E}, Range{0x20A0, 0x20BF},   Range{0x2100, 0x218B},
    Range{0x2190, 0x2426}, Range{0x2460, 0x2B73}, Range{0x3001, 0x303F},   Range{0x3041, 0x3096},
    Range{0x3099, 0x30FF}, Range{0x3400, 0x4DBF}, Range{0x4E00, 0x9FFC},   Range{0xAC00, 0xD7A3},
    Range{0xFE00, 0xFE0F}, Range{0xFF01, 0xFFBE}, Range{0x1F300, 0x1F6D7}, Range{0x1F900, 0x1F9FF},
};

}  // namespace

bool survives_modelfile(std::string_view text) {
  while (!text.empty()) {
    const char32_t c = next_code_point(text);
    const bool listed =
        std::any_of(kSurvive.begin(), kSurvive.end(), [c](Range r) { return c >= r.first && c <= r.last; });
    if (!listed) return false;
  }
  return true;
}

}  // namespace ctxcap::render
