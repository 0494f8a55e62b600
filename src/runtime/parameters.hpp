#pragma once
// PARAMETERs as the server gives them back. Which there are and what they take is data/parameter.hpp.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/parameter.hpp"

namespace ctxcap::runtime {

// `parameters` of /api/show: lines of a name, blanks and a value, in no order; a list has a line for each of
// its texts. Texts come quoted as Go quotes them and are unquoted here; numbers from a million on come as
// "1.048576e+06" and stay so.
std::map<std::string, std::vector<std::string>> parse_parameters(std::string_view text);

// Whether two spellings of a value are the same to Ollama: "0.70" and "0.7", "1048576" and "1.048576e+06".
bool same_value(ParameterKind kind, const std::string& a, const std::string& b);

}  // namespace ctxcap::runtime
