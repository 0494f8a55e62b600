#pragma once
// Inside cli/: argv -> a command that is ready to run, or text to print.

#include <string>

#include "cli/command.hpp"

namespace ctxcap::cli {

struct CommandLine {
  std::string text;       // --help, --version: only that is to be printed on stdout
  std::string config;     // --config
  settings::Flags flags;  // what was typed of settings
  std::string again;  // what was typed beside the command and how its result is shown, as a shell takes it
  Loudness loudness = Loudness::usual;  // --quiet, --verbose
  const Command* command = nullptr;
  Runner runner;
};

// Errors: ErrorKind::usage, with the flag or command that was probably meant.
Result<CommandLine> parse_command_line(const Program& program, int argc, const char* const* argv);

// What COMMAND --help prints.
std::string command_help(const Program& program, const std::string& command);

}  // namespace ctxcap::cli
