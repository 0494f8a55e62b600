// Mamba of the first generation, alone (mamba, falcon_mamba) or with some attention (jamba).

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kMambaTypes[] = {"jamba", "mamba", "falcon_mamba"};

void read_mamba(Config& config, Checkpoint& checkpoint) {
  const bool alone = checkpoint.model_type != "jamba";
  const std::string before = alone ? "" : "mamba_";
  const i64 expand = config.get(before + "expand", 2);
  const i64 inner = alone ? config.get("intermediate_size", config.product({expand, config.hidden()}))
                          : config.product({expand, config.hidden()});
  PagedLayer state{.kind = PageKind::state, .state = {}};
  state.state.conv = std::max<i64>(config.need(alone ? "conv_kernel" : "mamba_d_conv") - 1, 0);
  state.state.channels = inner;
  state.state.recurrent = inner * config.need(alone ? "state_size" : "mamba_d_state");
  const i64 period = alone ? 0 : config.need("attn_layer_period");
  const i64 offset = alone ? 0 : config.need("attn_layer_offset");
  for (i64 i = 0; i < config.layers(); ++i)
    checkpoint.layers.push_back(period > 0 && i % period == offset ? full_layer(config) : state);
}

}  // namespace

extern const CheckpointFamily checkpoint_mamba;
const CheckpointFamily checkpoint_mamba{kMambaTypes, read_mamba};

}  // namespace ctxcap::model
