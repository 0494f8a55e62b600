#include "runtime/wire.hpp"

#include <limits>

#include "base/json_size.hpp"
#include "base/text.hpp"

namespace ctxcap::runtime {
namespace {

constexpr int kMaxDepth = 8;  // nobody wraps an error more often; a hostile answer might

std::string message_of(const Json& error, int depth = 0) {
  if (depth == kMaxDepth) return "";
  if (error.is_object()) {
    return message_of(error.contains("message") ? error["message"] : member(error, "error"), depth + 1);
  }
  if (!error.is_string()) return "";
  std::string text = error.get<std::string>();
  if (!text.starts_with('{')) return text;
  const auto inner = parse_json(text);
  const std::string message = inner ? message_of(*inner, depth + 1) : "";
  return message.empty() ? text : message;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (size_of_json(text) != JsonSize::fine) return std::nullopt;
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

const Json& member(const Json& value, const char* key) {
  static const Json kNull;
  if (!value.is_object()) return kNull;
  const auto found = value.find(key);
  return found == value.end() ? kNull : *found;
}

std::string text_at(const Json& value, const char* key) {
  const Json& found = member(value, key);
  return found.is_string() ? found.get<std::string>() : "";
}

std::optional<i64> integer_at(const Json& value, const char* key) {
  const Json& found = member(value, key);
  if (found.is_number_unsigned() &&
      found.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<i64>::max()}) {
    return std::nullopt;
  }
  if (!found.is_number_integer()) return std::nullopt;
  return found.get<i64>();
}

std::vector<std::string> texts_at(const Json& value, const char* key) {
  std::vector<std::string> result;
  const Json& found = member(value, key);
  if (!found.is_array()) return result;
  for (const Json& entry : found) {
    if (entry.is_string()) result.push_back(entry.get<std::string>());
  }
  return result;
}

std::string error_text(std::string_view body) {
  const auto json = parse_json(body);
  const std::string message = json ? message_of(member(*json, "error")) : "";
  return printable(message.empty() ? body : message);
}

std::string to_body(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ctxcap::runtime
