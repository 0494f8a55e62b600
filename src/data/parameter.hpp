#pragma once
// PARAMETERs of a model, as Ollama knows them. Names are case-sensitive, integers are in base 10.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace ctxcap {

enum class ParameterKind { integer, real, boolean, text_list };

// nullopt: Ollama has no such parameter.
std::optional<ParameterKind> parameter_kind(std::string_view name);

// Errors (ErrorKind::usage): no such parameter, or a value that its kind does not take.
Status check_parameter(std::string_view name, std::string_view value);

using Parameters =
    std::vector<std::pair<std::string, std::string>>;  // one of several values is there as often
// Of a table of the configuration. What is wrong with it; "": nothing, and `into` has them.
std::string read_parameters(const Value& table, Parameters& into);
// And back.
Value parameters_value(const Parameters& parameters);

}  // namespace ctxcap
