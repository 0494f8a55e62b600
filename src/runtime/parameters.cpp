#include "runtime/parameters.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::runtime {
namespace {

// One escape of a Go-quoted string, after its backslash. `text` is advanced past it.
std::string take_escape(std::string_view& text) {
  if (text.empty()) return "\\";
  const char kind = text.front();
  text.remove_prefix(1);
  const std::string_view plain = "abfnrtv", meaning = "\a\b\f\n\r\t\v";
  if (const auto at = plain.find(kind); at != std::string_view::npos) return std::string(1, meaning[at]);
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0 || text.size() < digits) return std::string(1, kind);
  char32_t code = 0;
  for (const char c : text.substr(0, digits)) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    code = code * 16 + static_cast<char32_t>(digit);
  }
  text.remove_prefix(digits);
  const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  if (kind == 'x' || code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000)
    return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)), byte(0x80 | (code >> 6 & 0x3F)),
          byte(0x80 | (code & 0x3F))};
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string result;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '\\') {
      result += take_escape(text);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

bool same_value(ParameterKind kind, const std::string& a, const std::string& b) {
  if (kind == ParameterKind::boolean || kind == ParameterKind::text_list) return a == b;
  const auto first = parse_number(a), second = parse_number(b);
  if (!first || !second) return a == b;
  if (kind == ParameterKind::integer) return *first == *second;
  return static_cast<float>(*first) == static_cast<float>(*second);  // what the server keeps of it
}

std::map<std::string, std::vector<std::string>> parse_parameters(std::string_view text) {
  std::map<std::string, std::vector<std::string>> result;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto key_end = line.find_first_of(" \t");
    if (key_end == std::string_view::npos || key_end == 0) continue;
    const auto value = line.find_first_not_of(" \t", key_end);
    if (value == std::string_view::npos) continue;
    result[std::string(line.substr(0, key_end))].push_back(unquote(line.substr(value)));
  }
  return result;
}

}  // namespace ctxcap::runtime
