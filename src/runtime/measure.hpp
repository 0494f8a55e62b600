#pragma once
// What a load of a model really takes.

#include <functional>
#include <optional>
#include <string>

#include "data/calibration.hpp"
#include "data/plan.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

// Loads the model at that window, alone of its weights, and reads what it takes. `used`: of the card, by its
// driver; nullopt where none can be asked. The model stays loaded. Errors: a window that did not come out as
// asked, a model that did not stay.
Result<MeasuredLoad> measure_load(Ollama& ollama, const InstalledModel& model, Tokens window,
                                  const std::function<std::optional<Bytes>()>& used);

Error cannot_measure(const std::string& name, std::string why, std::string hint);

}  // namespace ctxcap::runtime
