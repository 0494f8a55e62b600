#pragma once
// Inside app/: argv -> a command that is ready to run, or text to print.

#include <string>

#include "app/commands.hpp"
#include "app/talk.hpp"

namespace ctxcap::app {

struct CommandLine {
  TalkOptions talk;
  Runner runner;     // empty: only `text` is to be printed on stdout
  std::string text;  // --help, --version
};

// Errors: ErrorKind::usage, with the flag or command that was probably meant.
Result<CommandLine> parse_command_line(int argc, const char* const* argv);

}  // namespace ctxcap::app
