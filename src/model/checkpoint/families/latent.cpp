// MLA: one latent row for each token. minicpm3 has the keys of it, and is cached as heads all the same.

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kLatentTypes[] = {"deepseek_v2", "deepseek_v3", "glm4_moe_lite", "kimi_k2",
                                             "minicpm3"};

void read_latent(Config& config, Checkpoint& checkpoint) {
  PagedLayer layer{.kind = PageKind::latent, .heads = 1, .state = {}};
  if (config.has("index_topk")) config.refuse("its sparse attention keeps an index that no rule knows");
  if (checkpoint.model_type == "minicpm3") {
    const i64 width = config.need("qk_nope_head_dim") + config.need("qk_rope_head_dim");
    layer = {.kind = PageKind::full, .heads = config.heads(), .head_k = width, .head_v = width, .state = {}};
  } else {
    layer.head_k = config.need("kv_lora_rank") + config.need("qk_rope_head_dim");
  }
  checkpoint.layers.assign(static_cast<std::size_t>(config.layers()), layer);
}

}  // namespace

extern const CheckpointFamily checkpoint_latent;
const CheckpointFamily checkpoint_latent{kLatentTypes, read_latent};

}  // namespace ctxcap::model
