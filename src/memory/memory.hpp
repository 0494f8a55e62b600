#pragma once
// The door of memory/: what a model takes at one window.
//
// Caches and state follow llama.cpp b10488 as Ollama 0.33 starts it, to the byte (facts: 2198 measured
// buffers). No architecture is named here: a ModelArch says what each layer caches, and this room adds bytes.

#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/budget.hpp"
#include "data/calibration.hpp"
#include "data/described_model.hpp"
#include "data/inspection.hpp"
#include "data/memory.hpp"
#include "data/model.hpp"
#include "data/scheduler.hpp"
#include "memory/scheduler/together.hpp"
#include "memory/vllm/serving.hpp"
#include "memory/vllm/vllm.hpp"

namespace ctxcap::memory {

// num_ctx is per slot and is not clamped: see effective_ctx. A combination that llama.cpp refuses (a
// quantised V cache without flash attention, ...) and a size beyond 64 bits are errors whose `why` is the
// reason. For a model whose layers are not known every term that depends on them is nullopt.
Result<Footprint> footprint(const ModelArch& arch, Tokens num_ctx, const RuntimeSettings& settings);

// What Ollama makes of its own settings for this model: some families get one slot whatever the environment
// says.
RuntimeSettings as_ollama_runs(const ModelArch& arch, RuntimeSettings settings);
// The same with the PARAMETERs of the model that a load depends on; what settings say comes first.
RuntimeSettings as_ollama_runs(const DescribedModel& model, RuntimeSettings settings);
RuntimeSettings with_options(const LoadOptions& options, RuntimeSettings settings);

// The window that Ollama gives for `num_ctx`: at least 4, 2048 for vision, at most the declared one.
Tokens effective_ctx(const ModelArch& arch, Tokens num_ctx);

// As Ollama's scheduler sees it. `weights`: its key of the runner, the path or digest of the weights file.
ScheduledModel as_scheduled(std::string name, std::string weights, const ModelArch& arch, Bytes file_bytes);

// What loads take, by footprint(); by the prediction where that is not known. `by_weights`: keyed like
// ScheduledModel::weights.
Takes takes_of(std::map<std::string, ModelArch> by_weights, RuntimeSettings settings);

// Names of the cache types, for help texts: f16 first.
std::vector<std::string_view> kv_type_names();

// Whether a measurement was made with these settings.
bool covers(const Calibration& calibration, const RuntimeSettings& settings);

// What a load took without the process, by the better of the two sources: /api/ps leaves out a cache of
// sliding-window models, whose bytes only the driver knows. Errors: partly on the CPU; no driver where one is
// needed.
Result<Bytes> taken_by(const MeasuredLoad& load, const ModelArch& arch, const Footprint& expected,
                       const std::string& name);

// A context of the table of inspect: clamped as the server would, or refused as it would.
InspectedContext inspected(const ModelArch& arch, Tokens window, const RuntimeSettings& settings,
                           const std::optional<Calibration>& calibration);
// The cards of a budget as the scheduler sees them; none where models run on the CPU, which has no check.
std::vector<SchedulerCard> scheduler_cards(const Budget& budget, std::string_view backend);
// The cards of a budget, and what else lives there, for loads.
void use_cards(const Budget& budget, RuntimeSettings& settings);
// What of that load stays on the cards; nullopt: none are told, or a term is not known.
std::optional<Fit> fit_of(const ModelArch& arch, const RuntimeSettings& settings, const Footprint& memory);
// The largest window, a multiple of 256, of which all stays on the cards, by the estimate or by its upper
// end; nullopt: none, or not known.
enum class End { estimate, upper };
std::optional<Tokens> largest_that_stays(const ModelArch& arch, const RuntimeSettings& settings,
                                         const std::optional<Calibration>& calibration,
                                         End end = End::estimate);
// Layers that cache alike, in the order of their first.
std::vector<LayerGroup> groups_of(const std::vector<Layer>& layers);
// The windows that people ask for, up to what the model declares, its own marks among them; ascending.
std::vector<Tokens> usual_windows(const ModelArch& arch);

// Mean bytes of KV cache over these windows; nullopt: the model is not known, or there is none.
Result<std::optional<double>> mean_kv_bytes(std::span<const Tokens> windows,
                                            const std::optional<ModelArch>& arch,
                                            const RuntimeSettings& settings);

// footprint(), corrected by a measurement where there is one that covers these settings.
Result<Footprint> footprint(const ModelArch& arch, Tokens num_ctx, const RuntimeSettings& settings,
                            const std::optional<Calibration>& calibration);

// What each window takes, as its server runs the model. An unknown architecture costs an unknown amount: the
// rung stays, its bytes are nullopt.
Result<std::vector<Rung>> price(std::span<const Tokens> windows, const DescribedModel& model,
                                const RuntimeSettings& settings);

// The footprint with its total corrected by a measurement, and an interval that comes from it. at_low and
// at_high are the footprints of the two windows measured. Unchanged where a term is unknown.
Footprint calibrated(Footprint memory, const Footprint& at_low, const Footprint& at_high,
                     const Calibration& calibration);

}  // namespace ctxcap::memory
