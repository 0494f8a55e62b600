#pragma once
// Inside describe/: whose a measurement is.

#include <string>

#include "data/calibration.hpp"
#include "data/memory.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::describe {

// Whether it was measured on this server, of this model, with these settings.
bool is_of(const Calibration& calibration, const runtime::Ollama& ollama, const std::string& digest,
           const RuntimeSettings& settings);

}  // namespace ctxcap::describe
