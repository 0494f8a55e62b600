// Gated delta nets with attention in every fourth layer.

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kDeltaTypes[] = {"qwen3_next", "qwen3_5_text", "qwen3_5", "qwen3_5_moe_text",
                                            "qwen3_5_moe"};

void read_delta(Config& config, Checkpoint& checkpoint) {
  const i64 keys = config.need("linear_num_key_heads"), key = config.need("linear_key_head_dim");
  const i64 values = config.need("linear_num_value_heads"), value = config.need("linear_value_head_dim");
  PagedLayer state{.kind = PageKind::state, .state = {.snapshots = 3, .delta = true}};
  state.state.conv = std::max<i64>(config.need("linear_conv_kernel_dim") - 1, 0);
  state.state.channels = 2 * keys * key + values * value;
  state.state.recurrent = config.product({values, key, value});
  state.state.recurrent_f32 = has_f32_state(config);
  const std::vector<std::string> types = layer_types(config);
  const i64 every = std::max<i64>(config.get("full_attention_interval", 4), 1);
  for (i64 i = 0; i < config.layers() && config.problem().empty(); ++i) {
    const bool full =
        types.empty() ? (i + 1) % every == 0 : types[static_cast<std::size_t>(i)] == "full_attention";
    checkpoint.layers.push_back(full ? full_layer(config) : state);
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_delta;
const CheckpointFamily checkpoint_delta{kDeltaTypes, read_delta};

}  // namespace ctxcap::model
