#pragma once
// For .cpp files that read with simdjson, whose On-Demand values have no common way to their text in this
// version.

#include <simdjson.h>

#include <string_view>

namespace ctxcap {

// The text of a value of any kind; white space may follow a number or a word. Objects and arrays are
// consumed.
inline simdjson::simdjson_result<std::string_view> raw_of(simdjson::ondemand::value value) {
  simdjson::ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == simdjson::ondemand::json_type::object) {
    simdjson::ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return object.raw_json();
  }
  if (type == simdjson::ondemand::json_type::array) {
    simdjson::ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    return array.raw_json();
  }
  return value.raw_json_token();
}

// Whether nothing but white space follows what was read; this version says "at the end" by an error.
inline bool is_at_end(simdjson::ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace ctxcap
