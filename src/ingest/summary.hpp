#pragma once
// All that was counted -> what the traces say.

#include <span>

#include "data/demand.hpp"
#include "ingest/inputs.hpp"
#include "ingest/mapping.hpp"
#include "ingest/tally.hpp"

namespace ctxcap::ingest {

// Uses the tallies up.
TraceSummary summary_of(std::span<Tally* const> tallies, const Inputs& inputs, Names& names,
                        const Mapping& mapping, std::size_t most_jobs);

}  // namespace ctxcap::ingest
