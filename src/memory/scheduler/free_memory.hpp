#pragma once
// What Ollama takes for free on each card before it loads another model.

#include <span>

#include "data/scheduler.hpp"

namespace ctxcap::memory {

// Ollama asks its runners in the order of a Go map, which is any; the first that knows a card speaks for it.
enum class AskedFirst { oldest, newest };

// What the driver would say now.
Bytes driver_free(const SchedulerCard& card, std::span<const Resident> residents);

BytesByCard free_memory(std::span<const SchedulerCard> cards, std::span<const Resident> residents,
                        AskedFirst asked_first);

}  // namespace ctxcap::memory
