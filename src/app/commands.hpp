#pragma once
// Inside app/: the table of commands. A command is one file in commands/ and one row in commands.cpp.

#include <functional>
#include <span>
#include <string_view>

#include "app/exit_code.hpp"
#include "app/talk.hpp"
#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

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
};

std::span<const Command* const> commands();

extern const Command kAnalyze;
extern const Command kApply;
extern const Command kBacktest;
extern const Command kCompletion;
extern const Command kConfig;
extern const Command kDoctor;
extern const Command kExplain;
extern const Command kFormats;
extern const Command kHelp;
extern const Command kHistory;
extern const Command kInit;
extern const Command kInspect;
extern const Command kMan;
extern const Command kNightly;
extern const Command kPull;
extern const Command kRollback;

}  // namespace ctxcap::app
