#pragma once
#include "data/memory.hpp"
#include "data/model.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

// Fills weights, projector, overhead and the totals; caches and compute are there already. False: a sum of
// more than 63 bits.
bool fill_totals(const ModelArch& arch, const Load& load, const RuntimeSettings& settings, Footprint& result);

}  // namespace ctxcap::memory
