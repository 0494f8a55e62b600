#pragma once
// Start times as logs write them.

#include <optional>

#include "base/time.hpp"
#include "ingest/json_text.hpp"

namespace ctxcap::ingest {

// ISO text (see parse_time; a date alone is the beginning of its day), or a number, with or without a
// fraction, that counts from 1970. A number is a time only when it names a moment from 2001-09-09 to
// 2100-01-01 in seconds, milliseconds, microseconds or nanoseconds; these four ranges do not overlap, and
// counters that start at 0 (Mooncake's `timestamp`) fall outside.
std::optional<Instant> read_time(Value value, Scratch& scratch);

}  // namespace ctxcap::ingest
