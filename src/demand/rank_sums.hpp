#pragma once
// How rare a sum of ranks is. Counted, not approached: apart from the rest because it is what a drift costs.

#include <cstddef>
#include <span>

#include "base/quantity.hpp"

namespace ctxcap::demand {

// The chance that `drawn` of these ranks, drawn without replacement, sum up to `seen` or more, in 0..1. Exact; takes
// ranks * drawn * seen steps.
double chance_of_sum(std::span<const i64> ranks, std::size_t drawn, i64 seen);

}  // namespace ctxcap::demand
