// POST /api/create. The answer is a stream of JSON lines; an error can follow HTTP 200, so only a last line
// that says "success" is one.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/call.hpp"
#include "runtime/parameters.hpp"

namespace ctxcap::runtime {
namespace {

// The server stores what it is sent, and a number sent as text fails at every later use.
Json as_json(ParameterKind kind, const std::string& value) {
  switch (kind) {
    case ParameterKind::integer:
      return parse_integer(value).value_or(0);
    case ParameterKind::real:
      return parse_number(value).value_or(0);
    case ParameterKind::boolean:
      return value == "true";
    case ParameterKind::text_list:
      break;
  }
  return value;
}

Json parameters_of(const Variant& variant) {
  Json parameters = {{"num_ctx", variant.num_ctx}};
  if (variant.num_predict != 0) parameters["num_predict"] = variant.num_predict;
  for (const auto& [name, value] : variant.parameters) {
    const ParameterKind kind = parameter_kind(name).value_or(ParameterKind::text_list);
    if (kind == ParameterKind::text_list) {
      parameters[name].push_back(value);
    } else {
      parameters[name] = as_json(kind, value);
    }
  }
  return parameters;
}

}  // namespace

Status Ollama::create(const Variant& variant) {
  Call call{.method = "POST",
            .path = "/api/create",
            .body = {{"model", variant.name}, {"from", variant.base}, {"parameters", parameters_of(variant)}},
            .timeout = options_.patience.create,
            .what = "could not create " + printable(variant.name)};
  if (variant.system) call.body["system"] = *variant.system;
  TRY_ASSIGN(const std::string body, body_of(call));

  Json last;
  for (const std::string_view line : split(body, '\n')) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    last = parse_json(line).value_or(Json());
    if (last.is_object() && last.contains("error")) break;
  }
  if (text_at(last, "status") == "success") return {};
  const bool told = last.is_object() && last.contains("error");
  return fail(
      {.kind = ErrorKind::failure,
       .what = call.what,
       .why = told ? fmt::format("POST {}{}: {}", host_.url, call.path, error_text(to_body(last)))
                   : fmt::format("POST {}{}: the answer ended without \"success\"", host_.url, call.path),
       .hint = "look into the log of the Ollama server at " + host_.url});
}

}  // namespace ctxcap::runtime
