#pragma once
// The top: reads the command line, runs one command, maps its error to an exit code.

#include "ports/world.hpp"

namespace ctxcap::app {

// The exit code of the process. Everything that is said goes through world.console.
int run(int argc, const char* const* argv, World world);

}  // namespace ctxcap::app
