#pragma once
// Inside gpu/: the tool where the library cannot be asked.

#include <vector>

#include "base/result.hpp"
#include "data/card.hpp"
#include "ports/processes.hpp"

namespace ctxcap::gpu {

// Processes are without their tenants. Errors: it does not answer, with its own reason and cure.
Result<std::vector<CardLook>> look_by_smi(Processes& processes);

}  // namespace ctxcap::gpu
