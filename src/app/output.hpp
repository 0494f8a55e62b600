#pragma once
// Inside app/: the analysis to stdout and to files.

#include "app/options.hpp"
#include "app/talk.hpp"
#include "data/analysis.hpp"

namespace ctxcap::app {

// Checks formats and suffixes before any work is done. Errors: ErrorKind::usage.
Status check_output(const OutputFlags& flags);

Status write_output(const Analysis& analysis, const OutputFlags& flags, World& world, Talk& talk);

// For commands whose results have no other skin. Error: ErrorKind::usage.
Status check_table_or_json(const std::string& command, const std::string& format);

}  // namespace ctxcap::app
