// LFM2: short convolutions, and some attention.

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kShortConvTypes[] = {"lfm2", "lfm2_moe"};

void read_short_conv(Config& config, Checkpoint& checkpoint) {
  PagedLayer state{.kind = PageKind::state, .state = {}};
  state.state.conv = std::max<i64>(config.need("conv_L_cache") - 1, 0);
  state.state.channels = config.get("conv_dim", config.hidden());
  const std::vector<std::string> types = layer_types(config);
  const std::vector<i64> listed = config.numbers("full_attn_idxs");
  if (types.empty() && listed.empty()) config.refuse("it does not say which of its layers attend");
  for (i64 i = 0; i < config.layers() && config.problem().empty(); ++i) {
    const bool full = types.empty() ? std::find(listed.begin(), listed.end(), i) != listed.end()
                                    : types[static_cast<std::size_t>(i)] == "full_attention";
    checkpoint.layers.push_back(full ? full_layer(config) : state);
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_short_conv;
const CheckpointFamily checkpoint_short_conv{kShortConvTypes, read_short_conv};

}  // namespace ctxcap::model
