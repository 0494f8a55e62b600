#pragma once
// What the GPU driver says. The door of this room.

#include <optional>

#include "base/quantity.hpp"
#include "ports/processes.hpp"

namespace ctxcap::gpu {

// Memory in use on all GPUs of this machine together, by whoever; nullopt where no driver can be asked.
std::optional<Bytes> used_bytes(Processes& processes);
// What they have in all.
std::optional<Bytes> total_bytes(Processes& processes);

}  // namespace ctxcap::gpu
