#pragma once
// PARAMETERs of a model, as Ollama knows them. Names are case-sensitive, integers are in base 10.

#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace ctxcap {

enum class ParameterKind { integer, real, boolean, text_list };

// nullopt: Ollama has no such parameter.
std::optional<ParameterKind> parameter_kind(std::string_view name);

// Errors (ErrorKind::usage): no such parameter, or a value that its kind does not take.
Status check_parameter(std::string_view name, std::string_view value);

}  // namespace ctxcap
