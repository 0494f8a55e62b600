#pragma once
// Which cards a load gets.

#include <span>

#include "data/scheduler.hpp"

namespace ctxcap::memory {

struct Placement {
  std::vector<const SchedulerCard*> cards;  // empty: on the CPU
  Bytes available = 0;
};

// What the chosen cards hold may be more than the system has, where they share its memory.
struct Supply {
  BytesByCard free;       // by card
  Bytes system_free = 0;  // RAM; 0: no limit
};

Placement place(std::span<const SchedulerCard> cards, const Supply& supply, Bytes predicted,
                const LoadOptions& options, bool spread);

}  // namespace ctxcap::memory
