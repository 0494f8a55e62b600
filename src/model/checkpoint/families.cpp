#include "model/checkpoint/families.hpp"

#include <fmt/format.h>

#include <algorithm>

// One row per file in families/; row(x) is the constant checkpoint_x there.
// clang-format off
#define CTXCAP_CHECKPOINTS(row) \
  row(attention)                \
  row(latent)                   \
  row(gemma)                    \
  row(chunked)                  \
  row(mamba)                    \
  row(mamba2)                   \
  row(nemotron)                 \
  row(delta)                    \
  row(short_conv)
// clang-format on

namespace ctxcap::model {

#define CTXCAP_DECLARE(name) extern const CheckpointFamily checkpoint_##name;
CTXCAP_CHECKPOINTS(CTXCAP_DECLARE)
#undef CTXCAP_DECLARE

std::span<const CheckpointFamily* const> checkpoint_families() {
#define CTXCAP_ADDRESS(name) &checkpoint_##name,
  static constexpr const CheckpointFamily* kTable[] = {CTXCAP_CHECKPOINTS(CTXCAP_ADDRESS)};
#undef CTXCAP_ADDRESS
  return kTable;
}

const CheckpointFamily* checkpoint_family(std::string_view type) {
  for (const CheckpointFamily* family : checkpoint_families()) {
    if (std::find(family->types.begin(), family->types.end(), type) != family->types.end()) return family;
  }
  return nullptr;
}

PagedLayer full_layer(Config& config) {
  const i64 head = config.head_dim();
  return {.kind = PageKind::full, .heads = config.kv_heads(), .head_k = head, .head_v = head, .state = {}};
}

PagedLayer sliding_layer(Config& config, i64 window) {
  PagedLayer layer = full_layer(config);
  layer.kind = PageKind::sliding;
  layer.window = window;
  return layer;
}

std::vector<std::string> layer_types(Config& config) {
  std::vector<std::string> types = config.words("layer_types");
  if (types.empty()) types = config.words("layers_block_type");
  if (!types.empty() && static_cast<i64>(types.size()) < config.layers())
    config.refuse(fmt::format("it types {} of its {} layers", types.size(), config.layers()));
  return types;
}

bool has_f32_state(const Config& config) {
  std::string type = config.text("mamba_ssm_dtype");
  if (type.empty()) type = config.text("mamba_ssm_cache_dtype");
  return type == "float32";
}

i64 sliding_window(Config& config) {
  if (config.has("use_sliding_window") && !config.is_true("use_sliding_window")) return 0;
  return config.get("sliding_window", 0);
}

}  // namespace ctxcap::model
