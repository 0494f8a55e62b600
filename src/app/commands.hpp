#pragma once
// Inside app/: the table of commands. A command is one file in commands/ and one row in commands.cpp.

#include "app/words.hpp"

namespace ctxcap::app {

const cli::Program& program();

extern const Command kAnalyze;
extern const Command kApply;
extern const Command kBacktest;
extern const Command kCard;
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
extern const Command kOom;
extern const Command kPull;
extern const Command kRollback;
extern const Command kVerify;

}  // namespace ctxcap::app
