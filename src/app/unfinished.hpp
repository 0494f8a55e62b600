#pragma once
// Inside app/: how an apply that began is brought to its end in the state, at once or by a later run.

#include "app/talk.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::app {

// The new variant holds, and nothing is left of what it replaced.
Status close_proved(const state::Journal& journal, const std::string& digest, Instant now,
                    state::State& state);

// It failed. The journal stays open unless what stood there before is seen to stand there again.
Status close_failed(const state::Journal& journal, runtime::Ollama& ollama, state::State& state);

// Whatever earlier runs left half-way on this server: afterwards there is the old variant or the proved new
// one, no backup, and no journal. Returns whether there was anything. Call it under the lock.
Result<bool> recover_unfinished(runtime::Ollama& ollama, state::State& state, Talk& talk);

}  // namespace ctxcap::app
