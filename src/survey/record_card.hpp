#pragma once
// ctxcap card record.

#include <chrono>

#include "cli/cli.hpp"
#include "data/card.hpp"
#include "ports/world.hpp"

namespace ctxcap::survey {

struct RecordOptions {
  std::chrono::milliseconds step{2'000};
  i64 keep_days = 90;             // 0: for ever
  std::vector<TenantRule> rules;  // the user's own, of whose a process is
};

// Looks at the cards every `step` and writes what changed into the state, until somebody interrupts it. A
// driver that does not answer is told of once and asked again. Errors: there is none at the start, or the
// samples cannot be kept.
Result<cli::ExitCode> record_card(const RecordOptions& options, World& world, cli::Talk& talk);

}  // namespace ctxcap::survey
