#pragma once
// What `inspect` tells about one model.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/budget.hpp"
#include "data/calibration.hpp"
#include "data/memory.hpp"
#include "data/model.hpp"
#include "data/scheduler.hpp"

namespace ctxcap {

// Layers that cache alike.
struct LayerGroup {
  Layer layer;
  i64 count = 0;
};

struct InspectedContext {
  Footprint memory;
  std::optional<Error> refused;      // llama.cpp would not start with this combination
  std::optional<Tokens> clamped_to;  // Ollama would give this window instead of the one asked for
  std::optional<Footprint> runs;     // what that one takes
};

// The largest window with which all layers stay on a card, beside what else lives there.
struct LargestWindow {
  std::string kv_type_k, kv_type_v;
  std::optional<Tokens> num_ctx;      // by the estimate; nullopt: none does
  std::optional<Tokens> surely = {};  // the same by the upper end of it
};

struct Inspection {
  std::string model;  // as asked for; empty when read from a file
  ModelArch arch;
  LoadOptions options;             // its PARAMETERs that a load depends on
  std::vector<LayerGroup> layers;  // in the order of their first layer
  std::vector<InspectedContext> contexts;
  std::optional<Calibration> measured;  // on this host
  std::optional<Budget> card;           // that was named
  std::vector<LargestWindow> largest;   // on it, one for each cache type; empty: not known
};

// "ctxcap.inspect/1", indented.
std::string inspection_json(const Inspection& inspection);

}  // namespace ctxcap
