#include "support/fake_modelfile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace ctxcap::test {
namespace {

constexpr std::array<std::string_view, 11> kCommands = {"from",      "license", "template", "system",
                                                        "adapter",   "draft",   "renderer", "parser",
                                                        "parameter", "message", "requires"};

// The better known of what Go does not print. Blanks, tabs and line ends stay.
bool is_dropped(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  static constexpr Range kRanges[] = {
      {0x0000, 0x0008}, {0x000B, 0x000C}, {0x000E, 0x001F}, {0x007F, 0x00A0},   {0x00AD, 0x00AD},
      {0x061C, 0x061C}, {0x1680, 0x1680}, {0x2000, 0x200F}, {0x2028, 0x202F},   {0x205F, 0x206F},
      {0x3000, 0x3000}, {0xE000, 0xF8FF}, {0xFEFF, 0xFEFF}, {0xF0000, 0x10FFFF}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [c](Range r) { return r.first <= c && c <= r.last; });
}

std::string without_dropped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = next_code_point(text);
    if (!is_dropped(c)) result += before.substr(0, before.size() - text.size());
  }
  return result;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// nullopt: the quotes are still open.
std::optional<std::string> closed_value(std::string_view so_far) {
  const std::string_view text = trim(so_far);
  for (const std::string_view quotes : {"\"\"\"", "\""}) {
    if (!text.starts_with(quotes)) continue;
    if (text.size() < 2 * quotes.size() || !text.ends_with(quotes)) return std::nullopt;
    return std::string(text.substr(quotes.size(), text.size() - 2 * quotes.size()));
  }
  return std::string(text);
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return line;
}

std::string take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n"), line.size()));
  const auto end = line.find_first_of(" \t\r");
  std::string word(line.substr(0, end));
  line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  return word;
}

}  // namespace

ParsedModelfile parse_modelfile(std::string_view text) {
  const std::string kept = without_dropped(text);
  std::string_view rest = kept;
  ParsedModelfile result;
  for (int number = 1; !rest.empty(); ++number) {
    std::string_view line = take_line(rest);
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    std::string command = take_word(line);
    std::transform(command.begin(), command.end(), command.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (std::find(kCommands.begin(), kCommands.end(), command) == kCommands.end()) {
      result.error = fmt::format("(line {}): command must be one of \"{}\", or \"requires\"", number,
                                 fmt::join(kCommands.begin(), kCommands.end() - 1, "\", \""));
      return result;
    }
    if (command == "parameter") {
      const std::string name = take_word(line);
      if (trim(line).empty()) {
        result.error = "unexpected EOF: " + name;
        return result;
      }
      command += " " + name;
    }
    std::string so_far(line);
    auto value = closed_value(so_far);
    while (!value && !rest.empty()) {
      so_far += "\n" + std::string(take_line(rest));
      value = closed_value(so_far);
    }
    if (!value) {
      result.error = "unexpected EOF";
      return result;
    }
    result.commands.push_back({command, *value});
  }
  const bool has_from = std::any_of(result.commands.begin(), result.commands.end(),
                                    [](const ModelfileCommand& c) { return c.name == "from"; });
  if (!has_from) result.error = "no FROM line";
  return result;
}

}  // namespace ctxcap::test
