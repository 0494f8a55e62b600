#pragma once
// Inside app/nightly/: one [[source]] of the configuration -> what its requests say.

#include "app/read_traces.hpp"
#include "config/config.hpp"
#include "state/state.hpp"

namespace ctxcap::app {

// The first night reads from Source::from, later ones from two days before the last run that reached all
// sources, so that missed nights are caught up. Errors as read_traces().
Result<TraceSummary> read_source(const config::Source& source, state::State& state, Instant now, World& world,
                                 Talk& talk);

}  // namespace ctxcap::app
