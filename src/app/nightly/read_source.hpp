#pragma once
// Inside app/nightly/: one [[source]] of the configuration -> what its requests say.

#include "app/read_traces.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

// Files are read as far as they go, every night; a server is asked for what
// came since the day before `last`, the last time that it was read: calls may arrive up to a day late. The
// state takes what is new, so that missed nights are caught up. Errors as read_traces().
Result<TraceSummary> read_source(const SourceSettings& source, std::optional<Instant> last, Instant now,
                                 World& world, Talk& talk);

}  // namespace ctxcap::app
