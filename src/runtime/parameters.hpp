#pragma once
// PARAMETERs of a Modelfile: their names and what their values must look like. The server checks neither
// when a model is created over the API; a wrong one makes every later use fail.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ctxcap::runtime {

enum class ParameterType {
  integer,  // base 10 only: neither "8k" nor "4096.0" nor "1e6"
  number,   // 32-bit float
  boolean,  // 1 t T TRUE true True 0 f F FALSE false False
  texts,    // may be given several times
};

// Names are case-sensitive. nullopt: Ollama does not know it, or ignores it as deprecated.
std::optional<ParameterType> parameter_type(std::string_view name);

// The pair can be written into a Modelfile or sent to the API. An error of kind usage says why not, and
// which name may have been meant.
Status check_parameter(const std::string& name, const std::string& value);

// Whether two spellings of a value are the same to Ollama: "0.70" and "0.7", "true" and "T".
bool same_value(ParameterType type, const std::string& a, const std::string& b);

// `parameters` of /api/show: lines of a name, blanks and a value. Text values come quoted as Go quotes them
// and are unquoted here; numbers from a million on come as "1.048576e+06" and stay so.
std::map<std::string, std::vector<std::string>> parse_parameters(std::string_view text);

}  // namespace ctxcap::runtime
