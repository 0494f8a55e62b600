#include "model/parameters.hpp"

#include <cmath>
#include <cstdlib>

namespace ctxcap::model {
namespace {

constexpr double kExactDouble = 9007199254740992.0;  // 2^53

void append_utf8(std::string& out, unsigned long point) {
  const auto byte = [&](unsigned long value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | (point >> 18 & 0x07));
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// One escape sequence; `text` begins after the backslash and is advanced past it.
void append_escape(std::string& out, std::string_view& text) {
  const char c = text.front();
  text.remove_prefix(1);
  switch (c) {
    case 'a':
      out += '\a';
      return;
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'n':
      out += '\n';
      return;
    case 'r':
      out += '\r';
      return;
    case 't':
      out += '\t';
      return;
    case 'v':
      out += '\v';
      return;
    case 'x':
    case 'u':
    case 'U': {
      const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      const std::string hex(text.substr(0, digits));
      text.remove_prefix(hex.size());
      const unsigned long value = std::strtoul(hex.c_str(), nullptr, 16);
      if (c == 'x') {
        out += static_cast<char>(static_cast<unsigned char>(value));
      } else {
        append_utf8(out, value);
      }
      return;
    }
    default:
      out += c;  // \" and \\ among them
  }
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '\\' && !text.empty()) {
      append_escape(out, text);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Parameters parse_parameters(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);

    const std::size_t key_end = line.find_first_of(" \t");
    if (key_end == std::string_view::npos || key_end == 0) continue;
    const std::size_t value_start = line.find_first_not_of(" \t", key_end);
    if (value_start == std::string_view::npos) continue;
    parameters[std::string(line.substr(0, key_end))].push_back(unquote(line.substr(value_start)));
  }
  return parameters;
}

std::optional<i64> whole_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !(std::abs(value) <= kExactDouble)) return std::nullopt;
  return static_cast<i64>(value);  // fractions are cut, as Ollama cuts them
}

}  // namespace ctxcap::model
