#pragma once
// Reading what a server sent, without trusting any of it. Private to this room; nothing here throws.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/quantity.hpp"

namespace ctxcap::runtime {

using Json = nlohmann::json;

// nullopt: not JSON.
std::optional<Json> parse_json(std::string_view text);

// The member, or a null value when there is none or `value` is no object.
const Json& member(const Json& value, const char* key);

std::string text_at(const Json& value, const char* key);            // "" when it is no text
std::optional<i64> integer_at(const Json& value, const char* key);  // nullopt when it is no whole number
std::vector<std::string> texts_at(const Json& value, const char* key);

// One line out of an error answer: the text of {"error": ...}, also where Ollama passed on the JSON of its
// llama-server as a string; else the beginning of the body. Printable whatever was sent.
std::string error_text(std::string_view body);

// What of `text` is not UTF-8 is replaced: JSON cannot carry it.
std::string to_body(const Json& value);

}  // namespace ctxcap::runtime
