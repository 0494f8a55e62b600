#include "sources/langfuse/json_scan.hpp"

#include "base/json.hpp"

namespace ctxcap::sources::langfuse {
namespace {

constexpr auto kNone = std::string_view::npos;

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t'))
    ++at;
  return at;
}

// Behind the closing quote of the string that starts at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (std::size_t quote = text.find('"', at + 1); quote != kNone; quote = text.find('"', quote + 1)) {
    std::size_t backslashes = 0;
    while (text[quote - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
  }
  return kNone;
}

std::size_t end_of_nested(std::string_view text, std::size_t at) {
  std::string open;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      if (at == kNone) return kNone;
      continue;
    }
    if (c == '{' || c == '[') {
      open += c;
    } else if (c == '}' || c == ']') {
      if (open.back() != (c == '}' ? '{' : '[')) return kNone;
      open.pop_back();
      if (open.empty()) return at + 1;
    }
    ++at;
  }
  return kNone;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' ||
         c == '.';
}

std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNone;
  if (text[at] == '"') return end_of_string(text, at);
  if (text[at] == '{' || text[at] == '[') return end_of_nested(text, at);
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  return end == at ? kNone : end;
}

// Goes over what is between two brackets; `read` takes one item at a place and returns the place behind it.
bool each_item(std::string_view text, char open, char close,
               const std::function<std::size_t(std::size_t)>& read) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size() || text[at] != open) return false;
  at = skip_space(text, at + 1);
  const auto ends = [&] { return skip_space(text, at + 1) == text.size(); };
  if (at < text.size() && text[at] == close) return ends();
  while (at < text.size()) {
    at = read(at);
    if (at == kNone) return false;
    at = skip_space(text, at);
    if (at >= text.size()) return false;
    if (text[at] == close) return ends();
    if (text[at] != ',') return false;
    at = skip_space(text, at + 1);
  }
  return false;
}

}  // namespace

bool each_member(std::string_view object,
                 const std::function<void(std::string_view, std::string_view)>& member) {
  return each_item(object, '{', '}', [&](std::size_t at) {
    if (object[at] != '"') return kNone;
    const std::size_t key_end = end_of_string(object, at);
    if (key_end == kNone) return kNone;
    const std::string_view key = object.substr(at + 1, key_end - at - 2);
    at = skip_space(object, key_end);
    if (at >= object.size() || object[at] != ':') return kNone;
    at = skip_space(object, at + 1);
    const std::size_t end = end_of_value(object, at);
    if (end != kNone) member(key, object.substr(at, end - at));
    return end;
  });
}

bool each_element(std::string_view array, const std::function<void(std::string_view)>& element) {
  return each_item(array, '[', ']', [&](std::size_t at) {
    const std::size_t end = end_of_value(array, at);
    if (end != kNone) element(array.substr(at, end - at));
    return end;
  });
}

std::string_view string_inside(std::string_view value) {
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2) : std::string_view();
}

std::string unescaped(std::string_view value) {
  return unescaped_inside(string_inside(value));
}

std::string unescaped_inside(std::string_view inside) {
  if (inside.find('\\') == kNone) return std::string(inside);
  const nlohmann::json parsed = nlohmann::json::parse('"' + std::string(inside) + '"', nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : "";
}

long long length_of(std::string_view value) {
  if (value.empty() || value == "null") return 0;
  if (value.front() != '"') return static_cast<long long>(value.size());
  long long length = 0;
  const std::string text = unescaped(value);
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return length;
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace ctxcap::sources::langfuse
