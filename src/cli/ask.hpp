#pragma once
// Inside cli/: the question before a change.

#include <string>

#include "cli/talk.hpp"

namespace ctxcap::cli {

// Errors: the answer was not yes, or nobody can be asked (ErrorKind::usage).
Status ask(const std::string& question, World& world, Talk& talk);

}  // namespace ctxcap::cli
