#include "runtime/parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::runtime {
namespace {

struct Row {
  std::string_view name;
  ParameterType type;
};

constexpr std::array kRows{
    Row{"draft_num_predict", ParameterType::integer},
    Row{"frequency_penalty", ParameterType::number},
    Row{"main_gpu", ParameterType::integer},
    Row{"min_p", ParameterType::number},
    Row{"num_batch", ParameterType::integer},
    Row{"num_ctx", ParameterType::integer},
    Row{"num_gpu", ParameterType::integer},
    Row{"num_keep", ParameterType::integer},
    Row{"num_predict", ParameterType::integer},
    Row{"num_thread", ParameterType::integer},
    Row{"presence_penalty", ParameterType::number},
    Row{"repeat_last_n", ParameterType::integer},
    Row{"repeat_penalty", ParameterType::number},
    Row{"seed", ParameterType::integer},
    Row{"stop", ParameterType::texts},
    Row{"temperature", ParameterType::number},
    Row{"top_k", ParameterType::integer},
    Row{"top_p", ParameterType::number},
    Row{"typical_p", ParameterType::number},
    Row{"use_mmap", ParameterType::boolean},
};

// Accepted with a warning and then ignored.
constexpr std::array<std::string_view, 9> kDeprecated{"f16_kv",           "logits_all",   "low_vram",
                                                      "mirostat",         "mirostat_eta", "mirostat_tau",
                                                      "penalize_newline", "use_mlock",    "vocab_only"};

constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "TRUE", "true", "True"};
constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "FALSE", "false", "False"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

tl::unexpected<Error> refused(const std::string& name, std::string why, std::string hint) {
  return fail({.kind = ErrorKind::usage,
               .what = "could not use the parameter " + printable(name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

std::string name_hint(const std::string& name) {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  const std::string meant = closest(name, names);
  return meant.empty() ? "known are: " + join(names, " ") : "did you mean " + meant + "?";
}

// Go allows a plus sign before a number; from_chars does not.
std::string_view without_plus(std::string_view value) {
  const bool plus = value.size() > 1 && value[0] == '+' && value[1] != '-';
  return plus ? value.substr(1) : value;
}

bool is_number(const std::string& value) {
  const auto number = parse_number(without_plus(value));
  return number && std::isfinite(*number) && std::abs(*number) <= double{std::numeric_limits<float>::max()};
}

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

std::optional<ParameterType> parameter_type(std::string_view name) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
  if (row == kRows.end()) return std::nullopt;
  return row->type;
}

Status check_parameter(const std::string& name, const std::string& value) {
  if (contains(kDeprecated, name)) return refused(name, "Ollama ignores it as deprecated", "leave it out");
  const auto type = parameter_type(name);
  if (!type) return refused(name, "Ollama does not know it and would ignore it", name_hint(name));
  const std::string shown = "\"" + printable(value, 40) + "\"";
  switch (*type) {
    case ParameterType::integer:
      if (!parse_integer(without_plus(value)))
        return refused(name, shown + " is not a whole decimal number", "write it out, e.g. 8192");
      break;
    case ParameterType::number:
      if (!is_number(value))
        return refused(name, shown + " is not a number", "write it with a point, e.g. 0.7");
      break;
    case ParameterType::boolean:
      if (!contains(kTrue, value) && !contains(kFalse, value)) {
        return refused(name, shown + " is neither true nor false", "write true or false");
      }
      break;
    case ParameterType::texts:
      if (value.empty()) return refused(name, "its text is empty", "leave it out");
      break;
  }
  return {};
}

bool same_value(ParameterType type, const std::string& a, const std::string& b) {
  if (type == ParameterType::texts) return a == b;
  if (type == ParameterType::boolean) return contains(kTrue, a) == contains(kTrue, b);
  const auto first = parse_number(without_plus(a)), second = parse_number(without_plus(b));
  if (!first || !second) return a == b;
  if (type == ParameterType::integer) return *first == *second;
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
