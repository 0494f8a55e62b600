#pragma once
// Inside cli/: what a command is, and the program that is made of them.

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/talk.hpp"
#include "data/source.hpp"
#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::cli {

class Parser;

// Runs the command with the arguments that its parser filled in.
using Runner = std::function<Result<ExitCode>(const settings::Reading&, World&, Talk&)>;

struct Command {
  std::string_view name;
  std::string_view help;                // one line
  std::string_view examples;            // shown first by --help
  Runner (*configure)(Parser& parser);  // its arguments; settings come by themselves
  unsigned uses = 0;                    // settings::Use, whose flags it takes
  bool lenient = false;                 // runs also where the settings have problems, to tell of them
  bool takes_files = false;             // words without a flag are files of requests
};

// What --help, the manual and completions are read off.
struct Program {
  std::string_view version, date;            // of the version: "2026-11-29"
  std::string_view built_from;               // its commit and its libraries, for --version
  std::span<const Command* const> commands;  // as the help lists them
  SourceKinds kinds;                         // of sources that there are
  std::vector<settings::Row> rows;           // every setting
};

}  // namespace ctxcap::cli
