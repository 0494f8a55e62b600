// architecture_of: windows, weights, and the layers by the family that knows the architecture.

#include <fmt/format.h>

#include <algorithm>

#include "model/attention.hpp"
#include "model/compute_shape.hpp"
#include "model/families.hpp"
#include "model/model.hpp"
#include "model/parameters.hpp"
#include "model/projector.hpp"
#include "model/reckoned.hpp"
#include "model/weights.hpp"
#include "model/window.hpp"

namespace ctxcap::model {
namespace {

bool says(const ModelDescription& description, std::string_view capability) {
  const auto& list = description.capabilities;
  return std::find(list.begin(), list.end(), capability) != list.end();
}

void read_current(const ModelDescription& description, ModelArch& arch) {
  const auto found = description.parameters.find("num_ctx");
  if (found == description.parameters.end() || found->second.empty()) return;
  const std::string& text = found->second.back();
  const std::optional<i64> value = whole_number(text);
  if (value && *value > 0 && *value <= kMaxDimension) {
    arch.current_ctx = *value;
  } else {
    arch.notes.push_back(fmt::format("PARAMETER num_ctx is '{}', which is not a window", text.substr(0, 40)));
  }
}

// Empty: layers may be read.
std::string unreadable(const ModelDescription& description) {
  if (description.remote) return "it is a cloud model: its weights are not on this machine";
  if (description.architecture.empty()) return "general.architecture is missing";
  return "";
}

// Before 0.30 some families ran in engines of Ollama's own, with caches of another shape: of latent attention
// expanded, of recurrent blocks with the window.
void note_generation(ModelArch& arch) {
  const auto differs = [](const Layer& layer) {
    return layer.kind == LayerKind::latent || layer.kind == LayerKind::recurrent || !layer.side.empty();
  };
  if (std::none_of(arch.layers.begin(), arch.layers.end(), differs)) return;
  arch.other_engine = arch.build.own_engines;
  arch.notes.push_back(
      arch.other_engine
          ? arch.build.told + " runs this model in an engine of its own: its caches are not these"
          : "figures are those of Ollama 0.30 and later; older servers cache this model otherwise");
}

// True when a verbose description could tell more.
bool read_layers(const ModelDescription& description, ModelArch& arch) {
  arch.unknown_reason = unreadable(description);
  if (!arch.unknown_reason.empty()) return false;
  const std::string architecture = runtime_architecture(description);
  const Family& family = family_of(architecture);
  const ModelDescription run = as_run(description);
  Keys keys(run);
  family.read(keys, architecture, arch);
  if (!keys.problem().empty()) {
    arch.layers.clear();
    arch.unknown_reason = keys.problem();
    return keys.needs_verbose();
  }
  arch.family = family.name;
  if (!arch.no_window.empty()) arch.notes.push_back("it is " + arch.no_window);
  if (arch.guess) {
    arch.notes.push_back(
        fmt::format("'{}' is not known to this version: its cache is taken for plain attention",
                    description.architecture));
  }
  note_generation(arch);
  arch.widest_v = std::max(arch.widest_v, widest_v(arch.layers));
  read_compute(run, architecture, arch);
  return false;
}

struct Reading {
  ModelArch arch;
  bool needs_verbose = false;
};

// Ollama serves one request at a time with embedding models and with these families.
bool one_slot(const ModelDescription& description, const ModelArch& arch) {
  constexpr std::string_view kFamilies[] = {
      "mllama", "qwen3vl", "qwen3vlmoe", "qwen35",         "qwen35moe",       "qwen3next",
      "lfm2",   "lfm2moe", "nemotron_h", "nemotron_h_moe", "nemotron_h_omni",
  };
  return !arch.completion || std::find(std::begin(kFamilies), std::end(kFamilies),
                                       description.architecture) != std::end(kFamilies);
}

Reading read(const ModelDescription& description) {
  Reading reading;
  ModelArch& arch = reading.arch;
  arch.architecture = description.architecture;
  arch.build = description.build;
  arch.has_draft_model = description.draft;
  // Servers older than the `capabilities` list say nothing; then a model is taken to generate.
  arch.completion = description.capabilities.empty() || says(description, "completion");
  arch.vision = says(description, "vision");
  arch.one_slot = one_slot(description, arch);
  read_current(description, arch);
  read_windows(description, arch);
  read_weights(description, arch);
  arch.projector = read_projector(description.projector);
  if (arch.vision && arch.weights && arch.weights->projector == 0) {
    const bool known = arch.projector && !arch.projector->tensors.empty();
    arch.notes.push_back(
        known ? "its vision projector is in a second file, beside the weights"
              : "its vision projector is in a second file of unknown size; totals do not include it");
  }
  reading.needs_verbose = read_layers(description, arch);
  read_reckoned(description, arch);
  return reading;
}

}  // namespace

ModelArch architecture_of(const ModelDescription& description) {
  return read(description).arch;
}

bool needs_verbose(const ModelDescription& description) {
  return read(description).needs_verbose;
}

}  // namespace ctxcap::model
