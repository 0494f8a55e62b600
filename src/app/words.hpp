#pragma once
// Inside app/: words of the terminal that all of this room speaks in.

#include "cli/cli.hpp"

namespace ctxcap::app {

using cli::Command;
using cli::exit_code;
using cli::ExitCode;
using cli::NamedFile;
using cli::note_skipped;
using cli::Option;
using cli::OutputFlags;
using cli::Parser;
using cli::Runner;
using cli::Talk;

}  // namespace ctxcap::app
