#pragma once
// Inside app/: a change with its progress on the terminal.

#include "app/words.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::app {

// The same, with a line for each step. `talk` outlives it.
runtime::ChangeOptions shown(runtime::ChangeOptions options, const std::string& variant, Talk& talk);

// runtime::change_variant(), shown.
Result<Receipt> change_variant(const Variant& variant, const Standing& place, runtime::Ollama& ollama,
                               state::State& state, const runtime::ChangeOptions& options, World& world,
                               Talk& talk);

// runtime::recover_unfinished(), with a note of what it found.
Result<bool> recover_unfinished(runtime::Ollama& ollama, state::State& state, Talk& talk);

}  // namespace ctxcap::app
