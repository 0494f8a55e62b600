#pragma once
// Inside app/: ctxcap card record.

#include <chrono>

#include "app/words.hpp"
#include "ports/world.hpp"

namespace ctxcap::app {

// Looks at the cards every `step` and writes what changed into the state, until somebody interrupts it. A
// driver that does not answer is told of once and asked again. Errors: there is none at the start, or the
// samples cannot be kept.
Result<ExitCode> record_card(std::chrono::milliseconds step, i64 keep_days, World& world, Talk& talk);

}  // namespace ctxcap::app
