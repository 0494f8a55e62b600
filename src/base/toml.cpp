// The one file that knows the TOML library.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/text.hpp"
#include "base/value.hpp"

namespace ctxcap {
namespace {

using Kind = Value::Kind;

Place place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

// Nobody writes half as deep; what is deeper is cut off, and is unknown or of the wrong kind where it
// begins.
constexpr int kDeepest = 16;
// The library keeps a.b.c as tables in tables without a limit, and its stack ends some ten thousand later.
// Such a key stands on one line.
constexpr std::ptrdiff_t kMostDots = 1000;

Value value_of(const toml::node& node, int depth);

Value table_of(const toml::table& table, int depth) {
  Value value{.kind = Kind::table};
  if (depth > kDeepest) return value;
  for (const auto& [key, node] : table) {
    value.entries.push_back({std::string(key.str()), place_of(key.source()), value_of(node, depth + 1)});
  }
  // The library sorts by name.
  std::stable_sort(value.entries.begin(), value.entries.end(),
                   [](const Value::Entry& a, const Value::Entry& b) { return a.place < b.place; });
  return value;
}

template <class Time>
Value time_of(const Time& time) {
  std::ostringstream text;
  text << time;
  return {.kind = Kind::time, .text = text.str()};
}

Value scalar_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return {.kind = Kind::text, .text = text->get()};
  if (const auto* flag = node.as_boolean()) return {.kind = Kind::boolean, .boolean = flag->get()};
  if (const auto* real = node.as_floating_point()) return {.kind = Kind::real, .real = real->get()};
  if (const auto* whole = node.as_integer())
    return {.kind = Kind::integer, .integer = whole->get(), .real = static_cast<double>(whole->get())};
  if (const auto* date = node.as_date()) return time_of(date->get());
  if (const auto* time = node.as_time()) return time_of(time->get());
  if (const auto* both = node.as_date_time()) return time_of(both->get());
  return {};
}

Value value_of(const toml::node& node, int depth) {
  Value value;
  if (const toml::table* table = node.as_table()) {
    value = table_of(*table, depth);
  } else if (const toml::array* list = node.as_array()) {
    value.kind = Kind::list;
    for (const toml::node& item : *list) {
      if (depth <= kDeepest) value.items.push_back(value_of(item, depth + 1));
    }
  } else {
    value = scalar_of(node);
  }
  value.place = place_of(node.source());
  return value;
}

}  // namespace

Document parse_document(std::string_view text) {
  Document document{.root = {.kind = Kind::table}};
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (std::count(line.begin(), line.end(), '.') <= kMostDots) continue;
    document.wrong = {{number, 1}, fmt::format("this line has more than {} dots", kMostDots)};
    return document;
  }
  try {
    document.root = table_of(toml::parse(text), 0);
  } catch (const toml::parse_error& error) {
    document.wrong = {place_of(error.source()), std::string(error.description())};
  }
  return document;
}

Value parse_variable(const std::string& text) {
  if (text.find_first_of("\r\n") == text.npos) {
    Document document = parse_document("value = " + text);
    if (!document.wrong && document.root.entries.size() == 1) {
      Value value = std::move(document.root.entries.front().value);
      value.place = {};
      return value;
    }
  }
  return {.kind = Kind::text, .text = text};
}

}  // namespace ctxcap
