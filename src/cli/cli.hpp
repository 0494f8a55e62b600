#pragma once
// The terminal and the command line. The door of this room: what a command is, how it says which arguments it
// takes, how argv becomes one that is ready to run, and how people are spoken to. Behind it is CLI11.

#include "cli/aside.hpp"         // what is said beside a result for machines
#include "cli/ask.hpp"           // the question before a change
#include "cli/command.hpp"       // what a command is, and the program that is made of them
#include "cli/command_line.hpp"  // argv -> a command that is ready to run
#include "cli/exit_code.hpp"     // what scripts see
#include "cli/keep_apart.hpp"    // what is written is none of what is read
#include "cli/output.hpp"        // -f and -o
#include "cli/parser.hpp"        // arguments that are no settings
#include "cli/progress.hpp"      // beside the bar
#include "cli/skins.hpp"         // the same of results that are no analysis
#include "cli/talk.hpp"          // stderr, and the style of stdout
#include "cli/watched.hpp"       // what is waited for
