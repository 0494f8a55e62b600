#include "ingest/json_text.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace ctxcap::ingest {
namespace {

std::optional<std::uint32_t> hex4(std::string_view text, std::size_t at) {
  if (at > text.size() || text.size() - at < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// `at` is behind "\u". Returns the position behind the escape, surrogate pairs included; half a pair becomes
// U+FFFD.
std::size_t append_unicode_escape(std::string& out, std::string_view text, std::size_t at) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const std::optional<std::uint32_t> first = hex4(text, at);
  if (!first) {
    append_utf8(out, kReplacement);
    return at;
  }
  at += 4;
  if (*first < 0xD800 || *first > 0xDFFF) {
    append_utf8(out, *first);
    return at;
  }
  const bool pair_follows = *first < 0xDC00 && text.substr(at).starts_with("\\u");
  const std::optional<std::uint32_t> second = pair_follows ? hex4(text, at + 2) : std::nullopt;
  if (!second || *second < 0xDC00 || *second > 0xDFFF) {
    append_utf8(out, kReplacement);
    return at;
  }
  append_utf8(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
  return at + 6;
}

// What cannot be part of a number or a word.
constexpr std::array<bool, 256> kEndsLiteral = [] {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \n\r\t,:\"{}[]")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();

bool ends_literal(char c) {
  return kEndsLiteral[static_cast<unsigned char>(c)];
}

bool has_escape(std::string_view text) {
  return text.find('\\') != std::string_view::npos;
}

}  // namespace

std::size_t skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNoEnd;
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const std::size_t begin = at;
    while (at < text.size() && !ends_literal(text[at])) ++at;
    return at == begin ? kNoEnd : at;
  }
  // Depth is a number, not a call stack: nesting costs nothing, however deep.
  std::size_t depth = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      case '"':
        at = skip_string(text, at);
        if (at == kNoEnd) return kNoEnd;
        continue;
      default:
        break;
    }
    ++at;
  }
  return kNoEnd;
}

std::string unescaped(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '\\' || at + 1 >= inside.size()) {
      out.push_back(inside[at++]);
      continue;
    }
    const char escape = inside[at + 1];
    at += 2;
    switch (escape) {
      case 'n':
        out.push_back('\n');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'u':
        at = append_unicode_escape(out, inside, at);
        break;
      default:
        out.push_back(escape);
        break;
    }
  }
  return out;
}

std::string_view Value::read_text(Scratch& scratch) const {
  if (!present() || is_object() || is_array()) return {};
  if (!is_string()) return raw();
  if (size() < 2) return {};
  const std::string_view inside = raw().substr(1, size() - 2);
  if (!has_escape(inside)) return inside;
  return scratch.keep(unescaped(inside));
}

Value Value::open(Scratch& scratch) const {
  if (is_object() || is_array()) return *this;
  const std::string_view inner = trimmed(text(scratch));
  if (!inner.starts_with('{') && !inner.starts_with('[')) return {};
  return Value::json(inner);
}

Value Value::find_member(std::string_view key) const {
  Value found;
  each_member([&](std::string_view name, Value value) {
    if (name == key && found.kind() == Kind::absent) found = value;
  });
  return found;
}

}  // namespace ctxcap::ingest
