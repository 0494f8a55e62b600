// A config.json into what vLLM caches. Which family reads it is decided by its model_type; a type that no row
// names is read as plain attention only where nothing in it speaks of other caches.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "model/checkpoint/families.hpp"
#include "model/model.hpp"

namespace ctxcap::model {
namespace {

// Keys of caches that plain attention does not have.
constexpr std::string_view kOtherCaches[] = {"kv_lora_rank",
                                             "mamba_d_state",
                                             "ssm_state_size",
                                             "state_size",
                                             "conv_L_cache",
                                             "linear_attn_config.num_heads",
                                             "hybrid_override_pattern",
                                             "mamba_num_heads",
                                             "attention_chunk_size",
                                             "linear_key_head_dim",
                                             "index_topk",
                                             "num_kv_shared_layers",
                                             "mamba_n_heads",
                                             "lru_width",
                                             "hybrid_layer_pattern",
                                             "attn_type_list",
                                             "block_configs",
                                             "layers_block_type",
                                             "is_encoder_decoder_layers"};

std::string type_of(const Config& config) {
  return config.text("model_type");
}

// So that no sum of bytes leaves 64 bits.
bool is_plausible(const PagedLayer& layer) {
  constexpr i64 kWidest = i64{1} << 20, kMostState = i64{1} << 34;
  const SequenceState& state = layer.state;
  const auto width = checked_mul(layer.heads, checked_add(layer.head_k, layer.head_v));
  const auto channels = checked_add(state.channels, checked_mul(state.groups, state.group_channels));
  const auto conv = checked_mul(state.conv, channels);
  const bool empty = layer.kind == PageKind::state ? *conv + state.recurrent == 0 : width == 0;
  return width && *width <= kWidest && conv && *conv <= kMostState && state.recurrent <= kMostState && !empty;
}

}  // namespace

Result<Checkpoint> checkpoint(std::string_view config_json) {
  TRY_ASSIGN(Config config, Config::parse(config_json));
  Checkpoint checkpoint{.model_type = type_of(config)};
  if (checkpoint.model_type.empty() && !config.has("num_hidden_layers")) {
    return fail(
        {.kind = ErrorKind::failure,
         .what = "this is not a config.json of a model",
         .why = "it has neither a model_type nor a num_hidden_layers",
         .hint = "it lies beside the weights; of a model on the hub: MODEL/resolve/main/config.json"});
  }
  const CheckpointFamily* family = checkpoint_family(checkpoint.model_type);
  if (family == nullptr) {
    for (const std::string_view key : kOtherCaches) {
      if (config.has(key))
        config.refuse(fmt::format("no rule for model type {}, and its {} speaks of a cache of its own",
                                  printable(checkpoint.model_type, 40), key));
    }
    family = checkpoint_families().front();
    checkpoint.notes.push_back(fmt::format("no rule names model type {}: it is read as plain attention",
                                           printable(checkpoint.model_type, 40)));
  }
  if (config.problem().empty()) family->read(config, checkpoint);
  checkpoint.heads = config.has("num_attention_heads") ? config.heads() : 0;
  checkpoint.max_model_len = derived_window(config, checkpoint.model_type);
  checkpoint.original_len = config.find("rope_scaling.original_max_position_embeddings");
  if (config.problem().empty()) checkpoint.weights_bytes = weights_of(config, checkpoint.model_type);
  if (!std::all_of(checkpoint.layers.begin(), checkpoint.layers.end(), is_plausible))
    config.refuse("the sizes of its heads or states are none that a model has");
  if (!config.problem().empty()) {
    checkpoint.layers.clear();
    checkpoint.unknown_reason = config.problem();
  }
  return checkpoint;
}

}  // namespace ctxcap::model
