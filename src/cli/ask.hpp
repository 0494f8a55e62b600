#pragma once
// Inside cli/: the question before a change.

#include <string>

#include "cli/talk.hpp"

namespace ctxcap::cli {

// False: the answer was not yes, which is told. Errors: nobody can be asked (ErrorKind::usage).
Result<bool> ask(const std::string& question, World& world, Talk& talk);

}  // namespace ctxcap::cli
