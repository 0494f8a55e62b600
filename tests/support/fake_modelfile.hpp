#pragma once
// A Modelfile read as the ollama command reads it, with all its oddities: no escapes, values that run over
// lines until their quotes close, characters dropped that Go does not call printable.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctxcap::test {

struct ModelfileCommand {
  std::string name;  // lower case; "parameter NAME" for a PARAMETER
  std::string value;
};

struct ParsedModelfile {
  std::vector<ModelfileCommand> commands;
  std::string error;  // as the command words it; empty: none
};

ParsedModelfile parse_modelfile(std::string_view text);

}  // namespace ctxcap::test
