// Kimi delta attention in most blocks, latent attention in those with KV heads: GLM 5, Kimi K3, Ling 3.

#include <algorithm>

#include "model/attention.hpp"
#include "model/families.hpp"
#include "model/indexed_blocks.hpp"
#include "model/state.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kDeltaLatent[] = {"glm5-next", "kimi-k3", "bailingmoe3"};

// GLM 5 keeps an indexer row for each token, three times as wide where it pools.
void add_indexer(Keys& keys, ModelArch& arch) {
  const i64 rows = keys.get("attention.indexer.kpool", 0) > 0 ? 3 : 1;
  const i64 width = keys.product({rows, keys.need("attention.indexer.key_length")});
  const std::vector<bool> indexed = listed_indexers(keys);
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (arch.layers[i].kind == LayerKind::latent && indexed[i])
      arch.layers[i].side.push_back({.k_width = width});
  }
}

void read_delta_latent(Keys& keys, std::string_view architecture, ModelArch& arch) {
  const Heads heads = read_heads(keys, {}, Dimensions::always);
  const std::vector<i64> state = kda_state(keys);
  const auto trunk = static_cast<std::size_t>(trunk_blocks(keys));
  arch.layers = attention_layers(heads);
  make_latent(arch.layers);
  for (std::size_t i = 0; i < trunk; ++i) {
    if (heads.kv[i] == 0) make_recurrent(arch.layers[i], state);
  }
  // Blocks behind the trunk attend, whatever the list says.
  for (std::size_t i = trunk; i < arch.layers.size(); ++i)
    arch.layers[i].k_width = std::max(arch.layers[i].k_width, heads.k[i]);
  arch.state_per_draft = true;
  if (architecture == "bailingmoe3") return keep_drafts(keys, arch);
  cut_drafts(keys, arch);
  if (architecture != "glm5-next") return;
  add_indexer(keys, arch);
  arch.no_draft_graph = true;
}

}  // namespace

extern const Family family_delta_latent;
constinit const Family family_delta_latent{
    .name = "delta and latent attention", .architectures = kDeltaLatent, .read = read_delta_latent};

}  // namespace ctxcap::model
