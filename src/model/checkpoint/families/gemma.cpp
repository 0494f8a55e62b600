// Gemma 2 to 4: sliding and full layers in turn; the last ones of 3n and of some 4 use the caches of others.

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kGemmaTypes[] = {"gemma2",  "gemma3_text", "gemma3", "gemma3n_text",
                                            "gemma3n", "gemma4_text", "gemma4"};

// Checkpoints that see leave out what is usual.
void assume_usual_gemma(Config& config, const std::string& type) {
  if (!type.starts_with("gemma3_") && type != "gemma3") return;
  config.assume("num_attention_heads", 8);
  config.assume("num_key_value_heads", 4);
  config.assume("head_dim", 256);
  config.assume("max_position_embeddings", 131072);
  config.assume("sliding_window", 4096);
}

bool gemma_is_full(Config& config, const std::vector<std::string>& types, const std::string& type,
                   i64 layer) {
  if (!types.empty()) return types[static_cast<std::size_t>(layer)] == "full_attention";
  const i64 usual = type == "gemma2" ? 2 : type.starts_with("gemma3n") ? 5 : 6;
  const i64 every = std::max<i64>(config.get("sliding_window_pattern", usual), 1);
  return (layer + 1) % every == 0;
}

void read_gemma(Config& config, Checkpoint& checkpoint) {
  const std::string& type = checkpoint.model_type;
  assume_usual_gemma(config, type);
  const std::vector<std::string> types = layer_types(config);
  const i64 window = config.need("sliding_window");
  const i64 layers = config.layers();
  const i64 shared = config.get("num_kv_shared_layers", type.starts_with("gemma3n") ? 15 : 0);
  if (shared >= layers) config.refuse("all of its layers use the caches of others");
  for (i64 i = 0; i < layers - shared && config.problem().empty(); ++i) {
    PagedLayer layer =
        gemma_is_full(config, types, type, i) ? full_layer(config) : sliding_layer(config, window);
    if (layer.kind == PageKind::full && type.starts_with("gemma4")) {
      layer.head_k = layer.head_v = config.get("global_head_dim", layer.head_k);
      layer.heads = config.get("num_global_key_value_heads", layer.heads);
    }
    checkpoint.layers.push_back(layer);
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_gemma;
const CheckpointFamily checkpoint_gemma{kGemmaTypes, read_gemma};

}  // namespace ctxcap::model
