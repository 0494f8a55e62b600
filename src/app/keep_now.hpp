#pragma once
// Inside app/: what the running server would do now.

#include <vector>

#include "report/report.hpp"
#include "runtime/runtime.hpp"
#include "settings/settings.hpp"
#include "state/state.hpp"

namespace ctxcap::app {

// Of each variant of ours that is not loaded: does it fit beside what is, or whom does it put out? By /api/ps
// and the card; nothing where the size of the card is not known, or nothing is loaded.
std::vector<report::Finding> look_at_keeping(runtime::Ollama& ollama, state::State& state,
                                             const settings::Settings& settings, World& world);

}  // namespace ctxcap::app
