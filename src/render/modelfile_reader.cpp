#include "render/modelfile_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace ctxcap::render {
namespace {

constexpr std::array kCommands = {"FROM",     "LICENSE", "TEMPLATE",  "SYSTEM",  "ADAPTER", "DRAFT",
                                  "RENDERER", "PARSER",  "PARAMETER", "MESSAGE", "REQUIRES"};

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view after_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view take_word(std::string_view& text) {
  text = after_blanks(text);
  const std::string_view word = text.substr(0, std::min(text.find_first_of(" \t"), text.size()));
  text.remove_prefix(word.size());
  return word;
}

Error bad_line(int line, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "the Modelfile would not be read as meant",
          .why = fmt::format("line {}: {}", line, std::move(why)),
          .hint = "look at the text around that line, or send it with --via api"};
}

// The value that begins with `first` (the rest of its line); takes further lines while quotes are open.
Result<std::string> take_value(std::string_view first, std::string_view& rest, int& line) {
  const std::string_view start = after_blanks(first);
  const std::string_view quotes = start.starts_with("\"\"\"") ? "\"\"\"" : start.starts_with('"') ? "\"" : "";
  if (quotes.empty()) return std::string(trim(start));

  std::string value(start);
  const auto closed = [&] {
    const std::string_view whole = trim(value);
    return whole.size() >= 2 * quotes.size() && whole.ends_with(quotes);
  };
  while (!closed()) {
    if (rest.empty()) return fail(bad_line(line, "quotes are opened and never closed"));
    value += '\n';
    value += take_line(rest);
    ++line;
  }
  const std::string_view whole = trim(value);
  return std::string(whole.substr(quotes.size(), whole.size() - 2 * quotes.size()));
}

}  // namespace

Result<std::vector<Command>> read_modelfile(std::string_view text) {
  std::vector<Command> commands;
  int line = 0;
  while (!text.empty()) {
    std::string_view rest_of_line = take_line(text);
    ++line;
    if (trim(rest_of_line).empty() || trim(rest_of_line).front() == '#') continue;

    Command command{.name = std::string(take_word(rest_of_line))};
    std::transform(command.name.begin(), command.name.end(), command.name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (std::find(kCommands.begin(), kCommands.end(), command.name) == kCommands.end()) {
      return fail(bad_line(line, fmt::format("\"{}\" is not a command", printable(command.name, 40))));
    }
    if (command.name == "PARAMETER") command.parameter = take_word(rest_of_line);
    TRY_ASSIGN(command.value, take_value(rest_of_line, text, line));
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace ctxcap::render
