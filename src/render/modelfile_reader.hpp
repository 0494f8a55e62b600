#pragma once
// Inside render/: reads a Modelfile as Ollama's parser does (facts of its grammar: commands are case-
// insensitive; a value is the rest of the line, trimmed; "..." and """...""" strip one pair and may span
// lines up to the first newline at which the trimmed text ends with the closing quotes; there are no escapes;
// characters that are not printable are dropped).

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ctxcap::render {

struct Command {
  std::string name;       // upper case; "PARAMETER" for parameters
  std::string parameter;  // name of the parameter, else empty
  std::string value;      // unquoted
};

// Errors name the line.
Result<std::vector<Command>> read_modelfile(std::string_view text);

}  // namespace ctxcap::render
