#pragma once
// How an apply that began is brought to its end in the state. Private to this room.

#include "runtime/change.hpp"

namespace ctxcap::runtime {

// The new variant holds, and nothing is left of what it replaced.
Status close_proved(const Journal& journal, const std::string& digest, Instant now, state::State& state);

// A rollback that creates nothing was cut short: the rest of it.
Status finish_rollback(const Journal& journal, Ollama& ollama, state::State& state);

// It failed. The journal stays open unless what stood there before is seen to stand there again.
Status close_failed(const Journal& journal, Ollama& ollama, state::State& state);

}  // namespace ctxcap::runtime
