#pragma once
// Inside app/: the question before a change.

#include <string>

#include "app/talk.hpp"

namespace ctxcap::app {

// Errors: the answer was not yes, or nobody can be asked (ErrorKind::usage).
Status ask(const std::string& question, World& world, Talk& talk);

}  // namespace ctxcap::app
