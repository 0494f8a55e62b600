#pragma once
// What plain rows and mapped rows have in common.

#include "ingest/call.hpp"

namespace ctxcap::ingest {

// Everything but the counts: job, model, time, what the request asked for.
void read_plain_names(const Fields& fields, Call& call);

}  // namespace ctxcap::ingest
