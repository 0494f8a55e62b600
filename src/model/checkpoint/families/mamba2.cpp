// Mamba of the second generation: alone, with some attention, or beside it in every block (falcon_h1).

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kMamba2Types[] = {"granitemoehybrid", "bamba", "mamba2", "falcon_h1"};

PagedLayer mamba2_state(Config& config, bool alone) {
  const i64 heads = config.need(alone ? "num_heads" : "mamba_n_heads");
  const char* head_key = alone ? "head_dim" : "mamba_d_head";
  const i64 expanded = config.get(alone ? "expand" : "mamba_expand", 2) * config.hidden();
  const i64 head =
      config.text(head_key) == "auto" ? expanded / std::max<i64>(heads, 1) : config.need(head_key);
  const i64 size = config.need(alone ? "state_size" : "mamba_d_state");
  PagedLayer layer{.kind = PageKind::state, .state = {.snapshots = 3}};
  layer.state.conv = std::max<i64>(config.need(alone ? "conv_kernel" : "mamba_d_conv") - 1, 0);
  layer.state.channels = heads * head;
  layer.state.groups = config.get(alone ? "n_groups" : "mamba_n_groups", 1);
  layer.state.group_channels = 2 * size;
  layer.state.recurrent = config.product({heads, head, size});
  layer.state.recurrent_f32 = has_f32_state(config);
  return layer;
}

void read_mamba2(Config& config, Checkpoint& checkpoint) {
  const std::string& type = checkpoint.model_type;
  const bool alone = type == "mamba2";
  const std::vector<std::string> types = layer_types(config);
  const std::vector<i64> listed = config.numbers("attn_layer_indices");
  const i64 layers = config.layers();
  if (!alone && type != "falcon_h1" && types.empty() && listed.empty())
    config.refuse("it does not say which of its layers attend");
  const bool states = types.empty() || std::find(types.begin(), types.end(), "mamba") != types.end();
  const PagedLayer state = states ? mamba2_state(config, alone) : PagedLayer{};
  for (i64 i = 0; i < layers && config.problem().empty(); ++i) {
    const bool attends = !types.empty() ? types[static_cast<std::size_t>(i)] != "mamba"
                                        : std::find(listed.begin(), listed.end(), i) != listed.end();
    if (attends || type == "falcon_h1") checkpoint.layers.push_back(full_layer(config));
    if (!attends) checkpoint.layers.push_back(state);
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_mamba2;
const CheckpointFamily checkpoint_mamba2{kMamba2Types, read_mamba2};

}  // namespace ctxcap::model
