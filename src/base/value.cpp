#include "base/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"

namespace ctxcap {
std::string size_text(Bytes bytes) {
  struct Unit {
    const char* name;
    Bytes bytes;
  };
  constexpr std::array kUnits = {Unit{"TiB", Bytes{1} << 40}, Unit{"TB", 1'000'000'000'000},
                                 Unit{"GiB", Bytes{1} << 30}, Unit{"GB", 1'000'000'000},
                                 Unit{"MiB", Bytes{1} << 20}, Unit{"MB", 1'000'000},
                                 Unit{"KiB", Bytes{1} << 10}, Unit{"kB", 1'000}};
  for (const Unit& unit : kUnits) {
    if (bytes != 0 && bytes % unit.bytes == 0) return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  }
  return fmt::format("{}B", bytes);
}

namespace {

using Kind = Value::Kind;

std::string in_quotes(std::string_view text) {
  // JSON's escapes are TOML's; TOML also wants 0x7F escaped. Bytes that are no UTF-8 become U+FFFD.
  std::string json = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string out;
  for (const char c : json) c == '\x7F' ? out += "\\u007F" : out += c;
  return out;
}

bool is_bare(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// A number that reads back as a float: "2.0", not "2".
std::string real_text(double real) {
  std::string text = fmt::format("{}", real);
  return text.find_first_not_of("-0123456789") == text.npos ? text + ".0" : text;
}

// In both notations but for sizes, tables and their keys.
std::string text_of(const Value& value, bool json) {
  std::vector<std::string> parts;
  switch (value.kind) {
    case Kind::text:
    case Kind::time:
      return in_quotes(value.text);
    case Kind::integer:
      return fmt::format("{}", value.integer);
    case Kind::real:
      return real_text(value.real);
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::size:
      return json ? fmt::format("{}", value.integer) : in_quotes(size_text(value.integer));
    case Kind::list:
      for (const Value& item : value.items) parts.push_back(text_of(item, json));
      return fmt::format("[{}]", fmt::join(parts, json ? "," : ", "));
    case Kind::table:
      for (const auto& [key, place, item] : value.entries)
        parts.push_back((is_bare(key) && !json ? key : in_quotes(key)) + (json ? ":" : " = ") +
                        text_of(item, json));
      return json || parts.empty() ? fmt::format("{{{}}}", fmt::join(parts, ","))
                                   : fmt::format("{{ {} }}", fmt::join(parts, ", "));
  }
  return {};
}

}  // namespace

const Value::Entry* Value::entry(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string toml_of(const Value& value) {
  return text_of(value, false);
}

std::string json_of(const Value& value) {
  return text_of(value, true);
}

std::string_view word(Kind kind) {
  constexpr std::array<std::string_view, 8> kWords = {"a text", "a whole number", "a number", "true or false",
                                                      "a time", "a list",         "a table",  "a size"};
  return kWords[static_cast<std::size_t>(kind)];
}

}  // namespace ctxcap
