#pragma once
// Inside app/: THE LIST of stages. Read walk.cpp and you know the program.

#include "advise/advise.hpp"
#include "app/words.hpp"
#include "data/analysis.hpp"

namespace ctxcap::app {

// Traces in, decisions and rendered variants out. Changes nothing anywhere.
Result<Analysis> analyze(const advise::AnalyzeOptions& options, World& world, Talk& talk);

// 0, 5 where it does not fit the card, or 3 where advice for a job was withheld, rests on counts that were
// cut, or is below what the job needs.
ExitCode verdict(const Analysis& analysis);

}  // namespace ctxcap::app
