#pragma once
#include <span>

#include "data/scheduler.hpp"

namespace ctxcap::memory {

// The window that a request gets: asked or automatic, at least 4 (2,048 with vision), at most the trained
// one.
Tokens window_of(const ScheduledModel& model, Tokens asked);

// Whether a request wants the loaded runner of its weights started anew.
bool needs_reload(const Resident& runner, const LoadRequest& request, Tokens window);

// Index of the runner that goes next: shortest keep_alive first, ties by the path of the weights, idle ones
// before busy ones. Neither age nor size matters, nor whether it helps. `residents` is not empty.
std::size_t next_victim(std::span<const Resident> residents);

}  // namespace ctxcap::memory
