// Nemotron-H: M is Mamba 2 with a state of 32 bits, * attention; the rest caches nothing.

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kNemotronTypes[] = {"nemotron_h"};

void read_nemotron(Config& config, Checkpoint& checkpoint) {
  const i64 heads = config.need("mamba_num_heads"), head = config.need("mamba_head_dim");
  const i64 size = config.need("ssm_state_size");
  PagedLayer state{.kind = PageKind::state, .state = {.snapshots = 3}};
  state.state.conv = std::max<i64>(config.need("conv_kernel") - 1, 0);
  state.state.channels = heads * head;
  state.state.groups = config.get("n_groups", 1);
  state.state.group_channels = 2 * size;
  state.state.recurrent = config.product({heads, head, size});
  state.state.recurrent_f32 = !config.has("mamba_ssm_cache_dtype") || has_f32_state(config);
  std::string pattern = config.text("hybrid_override_pattern");
  if (pattern.empty()) {  // newer ones write it out
    for (const std::string& block : config.words("layers_block_type"))
      pattern += block == "mamba" ? 'M' : block == "attention" ? '*' : '-';
  }
  if (pattern.empty()) config.refuse("it has no hybrid_override_pattern");
  for (const char block : pattern) {
    if (block == 'M') checkpoint.layers.push_back(state);
    if (block == '*') checkpoint.layers.push_back(full_layer(config));
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_nemotron;
const CheckpointFamily checkpoint_nemotron{kNemotronTypes, read_nemotron};

}  // namespace ctxcap::model
