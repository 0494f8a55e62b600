#include "sources/langfuse/json_scan.hpp"

#include "base/json.hpp"
#include "base/json_scan.hpp"

namespace ctxcap::sources::langfuse {
namespace {

std::size_t end_of_nested(std::string_view text, std::size_t at) {
  std::string open;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      if (at == kNoEnd) return kNoEnd;
      continue;
    }
    if (c == '{' || c == '[') {
      open += c;
    } else if (c == '}' || c == ']') {
      if (open.back() != (c == '}' ? '{' : '[')) return kNoEnd;
      open.pop_back();
      if (open.empty()) return at + 1;
    }
    ++at;
  }
  return kNoEnd;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' ||
         c == '.';
}

std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kNoEnd;
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] == '{' || text[at] == '[') return end_of_nested(text, at);
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  return end == at ? kNoEnd : end;
}

// Goes over what is between two brackets; `read` takes one item at a place and returns the place behind it.
template <typename Read>
bool each_item(std::string_view text, char open, char close, Read read) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size() || text[at] != open) return false;
  at = skip_space(text, at + 1);
  const auto ends = [&] { return skip_space(text, at + 1) == text.size(); };
  if (at < text.size() && text[at] == close) return ends();
  while (at < text.size()) {
    at = read(at);
    if (at == kNoEnd) return false;
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
    if (object[at] != '"') return kNoEnd;
    const std::size_t key_end = skip_string(object, at);
    if (key_end == kNoEnd) return kNoEnd;
    const std::string_view key = object.substr(at + 1, key_end - at - 2);
    at = skip_space(object, key_end);
    if (at >= object.size() || object[at] != ':') return kNoEnd;
    at = skip_space(object, at + 1);
    const std::size_t end = end_of_value(object, at);
    if (end != kNoEnd) member(key, object.substr(at, end - at));
    return end;
  });
}

bool each_element(std::string_view array, const std::function<void(std::string_view)>& element) {
  return each_item(array, '[', ']', [&](std::size_t at) {
    const std::size_t end = end_of_value(array, at);
    if (end != kNoEnd) element(array.substr(at, end - at));
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
  if (inside.find('\\') == kNoEnd) return std::string(inside);
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
