#pragma once
// What the GPU driver says. The door of this room.

#include <optional>

#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "data/card.hpp"
#include "ports/files.hpp"
#include "ports/processes.hpp"

namespace ctxcap::gpu {

// Memory in use on all GPUs of this machine together, by whoever; nullopt where no driver can be asked.
std::optional<Bytes> used_bytes(Processes& processes);
// What they have in all.
std::optional<Bytes> total_bytes(Processes& processes);

// Every card of this machine now, and whose its processes are. Errors: no driver is there
// (ErrorKind::unreachable), or it does not answer, with its own reason and cure.
Result<std::vector<CardLook>> look(Processes& processes, Files& files);

}  // namespace ctxcap::gpu
