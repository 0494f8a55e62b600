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

}  // namespace ctxcap
