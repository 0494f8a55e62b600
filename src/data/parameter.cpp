#include "data/parameter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap {
namespace {

using Kind = ParameterKind;

struct Parameter {
  std::string_view name;
  Kind kind;
};

constexpr std::array kParameters = {
    Parameter{"num_ctx", Kind::integer},
    Parameter{"num_batch", Kind::integer},
    Parameter{"num_gpu", Kind::integer},
    Parameter{"main_gpu", Kind::integer},
    Parameter{"num_thread", Kind::integer},
    Parameter{"draft_num_predict", Kind::integer},
    Parameter{"num_keep", Kind::integer},
    Parameter{"seed", Kind::integer},
    Parameter{"num_predict", Kind::integer},
    Parameter{"top_k", Kind::integer},
    Parameter{"repeat_last_n", Kind::integer},
    Parameter{"top_p", Kind::real},
    Parameter{"min_p", Kind::real},
    Parameter{"typical_p", Kind::real},
    Parameter{"temperature", Kind::real},
    Parameter{"repeat_penalty", Kind::real},
    Parameter{"presence_penalty", Kind::real},
    Parameter{"frequency_penalty", Kind::real},
    Parameter{"use_mmap", Kind::boolean},
    Parameter{"stop", Kind::text_list},
};

bool value_fits(Kind kind, std::string_view value) {
  switch (kind) {
    case Kind::integer:
      return parse_integer(value).has_value();
    case Kind::real:
      return parse_number(value).has_value();
    case Kind::boolean:
      return value == "true" || value == "false";
    case Kind::text_list:
      // Quotes are stripped and line ends split the value, so neither can be sent.
      return !value.empty() && value.find_first_of("\"\r\n") == value.npos;
  }
  return false;
}

std::string_view describe(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return "a whole number in base 10, like 8192";
    case Kind::real:
      return "a number, like 0.2";
    case Kind::boolean:
      return "true or false";
    case Kind::text_list:
      return "text on one line, without quotes";
  }
  return {};
}

// As a Modelfile has it: "0.2", "true".
std::optional<std::string> parameter_text(const Value& value) {
  using Written = Value::Kind;
  if (value.kind == Written::text) return value.text;
  if (value.kind == Written::integer) return fmt::format("{}", value.integer);
  if (value.kind == Written::real) return fmt::format("{}", value.real);
  if (value.kind == Written::boolean) return value.boolean ? "true" : "false";
  return std::nullopt;
}

}  // namespace

std::optional<ParameterKind> parameter_kind(std::string_view name) {
  const auto found = std::find_if(kParameters.begin(), kParameters.end(),
                                  [&](const Parameter& p) { return p.name == name; });
  return found == kParameters.end() ? std::nullopt : std::optional(found->kind);
}

Status check_parameter(std::string_view name, std::string_view value) {
  const std::optional<Kind> kind = parameter_kind(name);
  if (!kind) {
    std::vector<std::string> names;
    for (const Parameter& parameter : kParameters) names.emplace_back(parameter.name);
    const std::string meant = closest(name, names);
    return fail(
        {.kind = ErrorKind::usage,
         .what = fmt::format("Ollama has no parameter \"{}\"", printable(name, 40)),
         .why = "an unknown parameter is refused by the Modelfile, or ignored by the API without a word",
         .hint =
             meant.empty() ? "the names are " + join(names, ", ") : fmt::format("did you mean {}?", meant)});
  }
  if (!value_fits(*kind, value)) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("parameter {} cannot be \"{}\"", name, printable(value, 40)),
                 .why = "one wrong value makes the model unusable until it is created again",
                 .hint = fmt::format("{} is {}", name, describe(*kind))});
  }
  return {};
}

std::string read_parameters(const Value& table, Parameters& into) {
  Parameters parameters;
  for (const auto& [name, place, given] : table.entries) {
    if (name == "num_ctx")
      return "num_ctx is what is decided here; num_ctx = N of the variant, or --num-ctx, fixes it";
    const bool list = given.kind == Value::Kind::list;
    if (list && parameter_kind(name) != ParameterKind::text_list)
      return printable(name, 40) + " takes one value, and is a list";
    for (const Value& item : list ? given.items : std::vector<Value>{given}) {
      const auto text = parameter_text(item);
      if (!text) return fmt::format("{} cannot be {}", printable(name, 40), word(item.kind));
      if (const Status fits = check_parameter(name, *text); !fits)
        return fits.error().what + ": " + fits.error().hint;
      parameters.emplace_back(name, *text);
    }
  }
  into = std::move(parameters);
  return {};
}

Value parameters_value(const Parameters& parameters) {
  Value value{.kind = Value::Kind::table};
  for (const auto& [name, text] : parameters) {
    if (parameter_kind(name) != ParameterKind::text_list) {
      value.entries.push_back({name, {}, parse_variable(text)});
      continue;
    }
    if (value.entries.empty() || value.entries.back().key != name)
      value.entries.push_back({name, {}, {.kind = Value::Kind::list}});
    value.entries.back().value.items.push_back({.kind = Value::Kind::text, .text = text});
  }
  return value;
}

}  // namespace ctxcap
