#pragma once
// The door of memory/: what a model takes at one window.
//
// Caches and state follow llama.cpp b10488 as Ollama 0.33 starts it, to the byte (facts: 2198 measured
// buffers). No architecture is named here: a ModelArch says what each layer caches, and this room adds bytes.

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/calibration.hpp"
#include "data/memory.hpp"
#include "data/model.hpp"

namespace ctxcap::memory {

// num_ctx is per slot and is not clamped: see effective_ctx. A combination that llama.cpp refuses (a
// quantised V cache without flash attention, ...) and a size beyond 64 bits are errors whose `why` is the
// reason. For a model whose layers are not known every term that depends on them is nullopt.
Result<Footprint> footprint(const ModelArch& arch, Tokens num_ctx, const RuntimeSettings& settings);

// What Ollama makes of its own settings for this model: some families get one slot whatever the environment
// says.
RuntimeSettings as_ollama_runs(const ModelArch& arch, RuntimeSettings settings);

// The window that Ollama gives for `num_ctx`: at least 4, 2048 for vision, at most the declared one.
Tokens effective_ctx(const ModelArch& arch, Tokens num_ctx);

// Names of the cache types, for help texts: f16 first.
std::vector<std::string_view> kv_type_names();

// Whether a measurement was made with these settings.
bool covers(const Calibration& calibration, const RuntimeSettings& settings);

// footprint(), corrected by a measurement where there is one that covers these settings.
Result<Footprint> footprint(const ModelArch& arch, Tokens num_ctx, const RuntimeSettings& settings,
                            const std::optional<Calibration>& calibration);

// The footprint with its total corrected by a measurement, and an interval that comes from it. at_low and
// at_high are the footprints of the two windows measured. Unchanged where a term is unknown.
Footprint calibrated(Footprint memory, const Footprint& at_low, const Footprint& at_high,
                     const Calibration& calibration);

}  // namespace ctxcap::memory
