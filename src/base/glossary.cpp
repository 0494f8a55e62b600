#include "base/glossary.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap {
namespace {

// "5.00 GiB" and "0.1 %," stay in one line.
std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kUnits[] = {"%", "B", "KiB", "MiB", "GiB", "TiB", "MB", "GB"};
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' ')) {
    const std::string_view bare = word.substr(0, word.find_last_not_of(".,;:)") + 1);
    const bool unit = std::find(std::begin(kUnits), std::end(kUnits), bare) != std::end(kUnits);
    if (unit && !words.empty() && !words.back().empty()) {
      words.back() = {words.back().data(), words.back().size() + 1 + word.size()};
    } else {
      words.push_back(word);
    }
  }
  return words;
}

}  // namespace

std::string wrapped(std::string_view text, int width, std::string_view first, std::string_view next) {
  std::string lines(first);
  int column = display_width(first), begins = column;
  for (const std::string_view word : words_of(text)) {
    const int wide = display_width(word);
    if (column > begins && column + 1 + wide > width) {
      lines.append(1, '\n').append(next);
      column = begins = display_width(next);
    }
    if (column > begins) lines += ' ';
    lines += word;
    column += wide + (column > begins ? 1 : 0);
  }
  return lines;
}

std::string wrapped_lines(std::string_view lines, int width) {
  std::string text;
  for (std::string_view line : split(lines, '\n')) {
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const std::string indent(line.substr(0, begin));
    if (!text.empty() || line.data() != lines.data()) text += '\n';
    text += display_width(line) <= width ? std::string(line)
                                         : wrapped(line.substr(begin), width, indent, indent + "  ");
  }
  return text;
}

std::string glossary(std::span<const std::pair<std::string, std::string>> entries, int width) {
  constexpr int kWidest = 33, kLeast = 24;  // a longer name has a line of its own; a text is never narrower
  int names = 0;
  for (const auto& [name, text] : entries) {
    if (const int wide = display_width(name); wide <= kWidest) names = std::max(names, wide);
  }
  std::string lines;
  const std::string indent(static_cast<std::size_t>(names) + 4, ' ');
  for (const auto& [name, text] : entries) {
    const int gap = names - display_width(name);
    const std::string first =
        "  " + name + (gap < 0 ? "\n" + indent : std::string(static_cast<std::size_t>(gap) + 2, ' '));
    lines += gap < 0 ? "  " + name + "\n" + wrapped(text, std::max(width, names + kLeast), indent, indent)
                     : wrapped(text, std::max(width, names + kLeast), first, indent);
    lines += '\n';
  }
  return lines;
}

}  // namespace ctxcap
