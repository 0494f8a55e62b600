#pragma once
// What had to wait is decided here, once all rows are there, a shelf at a time: of the versions of one id one
// counts; of two spans that are one call one counts; a row inside a trace gets the job that its root names.

#include <functional>
#include <span>

#include "ingest/shelves.hpp"
#include "ingest/tally.hpp"

namespace ctxcap::ingest {

// Which input a place is in.
using InputOf = std::function<std::size_t(Place)>;

// Empties the shelves into the tallies, one thread for each. Error: what lay outside cannot be read back.
Status settle(Shelves& shelves, std::span<Tally* const> tallies, const InputOf& input_of);

}  // namespace ctxcap::ingest
