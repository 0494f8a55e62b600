#pragma once
#include "data/memory.hpp"
#include "data/model.hpp"
#include "memory/drafts.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

// Of the process on one card.
struct Overhead {
  Bytes low = 0, usual = 0, high = 0;
  bool exact = false;
};
Overhead overhead_of(const ModelArch& arch, const Load& load, const RuntimeSettings& settings);

// Fills weights, projector, overhead and the totals; caches and compute are there already. False: a sum of
// more than 63 bits.
bool fill_totals(const ModelArch& arch, const Load& load, const RuntimeSettings& settings,
                 const DraftBytes& draft, Footprint& result);

}  // namespace ctxcap::memory
