// Latent attention in every block, with an indexer in some: Hunyuan 4; or over sliding windows in some, as a
// list says: dots 3.

#include <algorithm>

#include "model/attention.hpp"
#include "model/families.hpp"
#include "model/indexed_blocks.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kLatentWindows[] = {"hy_v4", "dots3note"};
constexpr std::string_view kPattern = "attention.sliding_window_pattern";

void add_indexers(Keys& keys, std::vector<bool> indexed, ModelArch& arch) {
  const i64 width = keys.need("attention.indexer.key_length");
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (indexed[i]) arch.layers[i].side.push_back({.k_width = width});
  }
}

void read_hunyuan(Keys& keys, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  make_latent(arch.layers);
  if (keys.get("attention.indexer.top_k", 0) == 0) return keep_drafts(keys, arch);
  if (keys.get("nextn_predict_layers", 0) > 0)
    keys.refuse("llama.cpp aborts on a file of this architecture with an indexer and draft blocks");
  add_indexers(keys, listed_indexers(keys), arch);
}

void read_dots(Keys& keys, ModelArch& arch) {
  const i64 window = keys.need("attention.sliding_window");
  if (keys.is_withheld(kPattern)) keys.withhold(kPattern);
  const std::optional<Slides> slides = find_slides_list(keys);
  if (!slides)
    return keys.refuse("attention.sliding_window_pattern is not a list: which blocks slide is not known");
  arch.layers = attention_layers(read_heads(keys, *slides), *slides, window);
  for (Layer& layer : arch.layers) {
    layer.v_width = 0;
    if (layer.kind == LayerKind::full) layer.kind = LayerKind::latent;
  }
  cut_drafts(keys, arch);
  std::vector<bool> indexed = listed_indexers(keys);
  const auto trunk = static_cast<std::size_t>(trunk_blocks(keys));
  // Without a list, the blocks that do not slide; the blocks of a draft have none.
  const bool told = keys.has("attention.indexer.types") || keys.is_withheld("attention.indexer.types");
  for (std::size_t i = 0; i < indexed.size(); ++i)
    indexed[i] = indexed[i] && i < trunk && (told || !(*slides)[i]);
  add_indexers(keys, std::move(indexed), arch);
  arch.no_draft_graph = true;
}

void read_latent_windows(Keys& keys, std::string_view architecture, ModelArch& arch) {
  if (architecture == "hy_v4") return read_hunyuan(keys, arch);
  read_dots(keys, arch);
}

}  // namespace

extern const Family family_latent_windows;
constinit const Family family_latent_windows{.name = "latent attention, windows or indexers by list",
                                             .architectures = kLatentWindows,
                                             .read = read_latent_windows};

}  // namespace ctxcap::model
