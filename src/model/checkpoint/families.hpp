#pragma once
// One row for each way in which checkpoints are kept by vLLM: which model types, and how their config becomes
// layers.

#include <span>
#include <string_view>

#include "data/vllm.hpp"
#include "model/checkpoint/config.hpp"

namespace ctxcap::model {

struct CheckpointFamily {
  std::span<const std::string_view> types;  // of the text model
  void (*read)(Config& config, Checkpoint& checkpoint);
};

std::span<const CheckpointFamily* const> checkpoint_families();

// The row of that type; nullptr: none.
const CheckpointFamily* checkpoint_family(std::string_view type);

// --- What several of them share -------------------------------------------------------------------------

PagedLayer full_layer(Config& config);
PagedLayer sliding_layer(Config& config, i64 window);

// One word for each layer, "full_attention"; empty: it has no such list. A list of another length is a
// problem.
std::vector<std::string> layer_types(Config& config);

// The window that all layers have which slide; 0: none do.
i64 sliding_window(Config& config);

// The recurrent part of its states has 32 bits.
bool has_f32_state(const Config& config);

// Bytes of the weights as they are served; nullopt: not known of that type.
std::optional<Bytes> weights_of(Config& config, const std::string& type);

// The window that vLLM derives; nullopt: the config declares none.
std::optional<Tokens> derived_window(Config& config, const std::string& type);

}  // namespace ctxcap::model
