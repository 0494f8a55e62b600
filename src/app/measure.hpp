#pragma once
// Inside app/: what a model really takes on one server, and what was learned about it before.

#include <optional>
#include <string>

#include "app/words.hpp"
#include "data/calibration.hpp"
#include "data/memory.hpp"
#include "data/model.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::app {

// Loads the model at two windows and reads what each takes: from /api/ps, or, for sliding-window models,
// whose figure there leaves out a cache, from the GPU driver. The model is unloaded afterwards. Errors: not
// installed, a window that did not come out as asked, a model that is only partly on the GPU, no driver where
// one is needed.
Result<Calibration> measure(runtime::Ollama& ollama, const std::string& name, const ModelArch& arch,
                            const RuntimeSettings& settings, World& world, Talk& talk);

// Whether it was measured on this server, of this model, with these settings.
bool is_of(const Calibration& calibration, const runtime::Ollama& ollama, const std::string& digest,
           const RuntimeSettings& settings);

// That measurements could not be read, for whoever can do without.
std::string unused_measurements(const Error& error);

// The calibration of this model on this server with these settings; nullopt: none.
Result<std::optional<Calibration>> known_calibration(runtime::Ollama& ollama, const std::string& name,
                                                     const RuntimeSettings& settings, World& world);

}  // namespace ctxcap::app
