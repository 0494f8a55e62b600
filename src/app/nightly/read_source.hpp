#pragma once
// Inside app/nightly/: one [[source]] of the configuration -> what its requests say.

#include "app/read_traces.hpp"
#include "config/config.hpp"

namespace ctxcap::app {

// Whole days since Source::from, of servers the last 30 days where it says nothing. Every night reads all:
// the state takes what is new, so that missed nights are caught up. Errors as read_traces().
Result<TraceSummary> read_source(const config::Source& source, Instant now, World& world, Talk& talk);

}  // namespace ctxcap::app
