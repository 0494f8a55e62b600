#include "model/attention.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/blocks.hpp"

namespace ctxcap::model {
namespace {

// KV heads of one block, from its tensors. nullopt: they do not tell, or do not divide into heads.
std::optional<i64> heads_in(const Block& block, i64 head_k, i64 head_v) {
  if (!block.any) return std::nullopt;
  if (block.k_rows) return *block.k_rows % head_k == 0 ? std::optional(*block.k_rows / head_k) : std::nullopt;
  if (block.state) return 0;
  if (block.latent_rows) return 1;
  // No K at all: an MLP block, or one that attends to another block's rows.
  if (!block.qkv_rows) return block.output_columns && !block.q_rows ? std::nullopt : std::optional<i64>(0);
  // A fused tensor: q + k + v rows, of which q is what attn_output takes in (head dims are equal there).
  if (!block.output_columns || head_k != head_v) return std::nullopt;
  const i64 rows = *block.qkv_rows - *block.output_columns;
  return rows >= 0 && rows % (2 * head_k) == 0 ? std::optional(rows / (2 * head_k)) : std::nullopt;
}

std::vector<i64> recover_kv_heads(Keys& keys, const Heads& heads) {
  std::vector<i64> kv(heads.k.size(), 0);
  const std::vector<Block> blocks = blocks_of(keys.description().tensors, keys.blocks());
  for (std::size_t i = 0; i < kv.size(); ++i) {
    const std::optional<i64> count =
        heads.k[i] > 0 ? heads_in(blocks[i], heads.k[i], heads.v[i]) : std::nullopt;
    if (!count) keys.withhold("attention.head_count_kv");
    kv[i] = count.value_or(0);
  }
  return kv;
}

// Head dims of K and V: full ones, then those of sliding blocks.
struct HeadDims {
  i64 k = 0, v = 0, k_swa = 0, v_swa = 0;
};

HeadDims read_dims(Keys& keys, const std::vector<i64>& q, Dimensions dimensions) {
  HeadDims dims;
  const bool q_withheld = q.empty();
  if (q_withheld && !(keys.has("attention.key_length") && keys.has("attention.value_length"))) {
    keys.withhold("attention.head_count");
  }
  const bool first_has_heads = !q_withheld && q.front() > 0;
  if (!q_withheld && !first_has_heads && dimensions == Dimensions::with_first_heads) return dims;
  const i64 even = first_has_heads ? keys.need("embedding_length") / q.front() : 0;
  dims.k = keys.get("attention.key_length", even);
  dims.v = keys.get("attention.value_length", even);
  dims.k_swa = keys.get("attention.key_length_swa", dims.k);
  dims.v_swa = keys.get("attention.value_length_swa", dims.v);
  return dims;
}

}  // namespace

Heads read_heads(Keys& keys, const Slides& slides, Dimensions dimensions) {
  Heads heads;
  const auto blocks = static_cast<std::size_t>(keys.blocks());
  const bool q_withheld = keys.is_withheld("attention.head_count");
  if (!q_withheld) heads.q = keys.need_each("attention.head_count");
  const HeadDims dims = read_dims(keys, heads.q, dimensions);
  for (std::size_t i = 0; i < blocks; ++i) {
    const bool slides_here = i < slides.size() && slides[i];
    heads.k.push_back(slides_here ? dims.k_swa : dims.k);
    heads.v.push_back(slides_here ? dims.v_swa : dims.v);
  }

  if (const auto kv = keys.find_each("attention.head_count_kv")) {
    heads.kv = *kv;
  } else if (keys.is_withheld("attention.head_count_kv") || q_withheld) {
    heads.kv = recover_kv_heads(keys, heads);
  } else {
    heads.kv = heads.q;
  }
  heads.kv.resize(blocks, 0);
  return heads;
}

std::vector<Layer> attention_layers(const Heads& heads, const Slides& slides, i64 window) {
  std::vector<Layer> layers;
  layers.reserve(heads.kv.size());
  for (std::size_t i = 0; i < heads.kv.size(); ++i) {
    const bool slides_here = i < slides.size() && slides[i];
    layers.push_back({.kind = slides_here ? LayerKind::window : LayerKind::full,
                      .k_width = heads.kv[i] * heads.k[i],
                      .v_width = heads.kv[i] * heads.v[i],
                      .window = slides_here ? window : 0,
                      .head_k = heads.k[i],
                      .head_v = heads.v[i]});
  }
  return layers;
}

bool is_latent(Keys& keys) {
  return keys.get("attention.key_length_mla", 0) != 0 && keys.get("attention.value_length_mla", 0) != 0;
}

void make_latent(std::vector<Layer>& layers) {
  for (Layer& layer : layers) {
    layer.kind = LayerKind::latent;
    layer.v_width = 0;
  }
}

void make_recurrent(Layer& layer, const std::vector<i64>& state) {
  drop_cache(layer);
  layer.kind = LayerKind::recurrent;
  layer.state = state;
}

void drop_cache(Layer& layer) {
  layer = {.kind = LayerKind::none, .head_k = layer.head_k, .head_v = layer.head_v};
}

void drop_caches_from(std::size_t first, ModelArch& arch) {
  arch.widest_v = std::max(arch.widest_v, widest_v(arch.layers));
  for (std::size_t i = first; i < arch.layers.size(); ++i) drop_cache(arch.layers[i]);
}

void keep_drafts(Keys& keys, ModelArch& arch) {
  for (auto i = static_cast<std::size_t>(trunk_blocks(keys)); i < arch.layers.size(); ++i) {
    arch.draft_layers.push_back(arch.layers[i]);
    arch.draft_layers.back().side.clear();
  }
}

void cut_drafts(Keys& keys, ModelArch& arch) {
  keep_drafts(keys, arch);
  drop_caches_from(static_cast<std::size_t>(trunk_blocks(keys)), arch);
}

i64 widest_v(const std::vector<Layer>& layers) {
  i64 widest = 0;
  for (const Layer& layer : layers) widest = std::max(widest, layer.v_width);
  return widest;
}

i64 trunk_blocks(Keys& keys) {
  const i64 tail = keys.get("nextn_predict_layers", 0);
  if (tail >= keys.blocks()) keys.refuse("nextn_predict_layers leaves no block for the trunk");
  return std::max<i64>(keys.blocks() - tail, 1);
}

Slides slides_by_period(Keys& keys, i64 period, FullBlock full_block) {
  Slides slides(static_cast<std::size_t>(keys.blocks()), false);
  const i64 trunk = trunk_blocks(keys);
  for (i64 i = 0; i < trunk; ++i) {
    const i64 full = full_block == FullBlock::first_of_period ? 0 : period - 1;
    slides[static_cast<std::size_t>(i)] = period == 0 || i % period != full;
  }
  return slides;
}

std::optional<Slides> find_slides_list(Keys& keys) {
  const std::optional<std::vector<i64>> list = keys.find_list("attention.sliding_window_pattern");
  if (!list) return std::nullopt;
  const auto blocks = static_cast<std::size_t>(keys.blocks());
  if (list->size() != blocks && list->size() != static_cast<std::size_t>(trunk_blocks(keys))) {
    keys.refuse(fmt::format("sliding_window_pattern has {} entries for {} blocks", list->size(), blocks));
  }
  Slides slides(list->begin(), list->end());
  slides.resize(blocks, false);
  return slides;
}

}  // namespace ctxcap::model
