#pragma once
// What a Langfuse observation says, whatever carries it: a row of an API or export, or a group of rows that
// ClickHouse counted.

#include "ingest/call.hpp"
#include "ingest/fields.hpp"

namespace ctxcap::ingest {

// `usage` is what the usage map says. The answer is that, or the reason why the observation is no request: by
// its type, environment, level, status message, and whether the sender provided the counts.
Usage judge_observation(const Fields& fields, Usage usage);

// The names that the observation itself offers for its job.
JobHints observation_names(const Fields& fields);

}  // namespace ctxcap::ingest
