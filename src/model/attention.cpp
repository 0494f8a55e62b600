#include "model/attention.hpp"

#include <algorithm>

#include "model/blocks.hpp"

namespace ctxcap::model {
namespace {

// KV heads of one block, from its tensors. nullopt: they do not tell, or do not divide into heads.
std::optional<i64> heads_in(const Block& block, i64 head_k, i64 head_v) {
  if (!block.any) return std::nullopt;
  if (block.k_rows) return *block.k_rows % head_k == 0 ? std::optional(*block.k_rows / head_k) : std::nullopt;
  if (block.state) return 0;
  if (!block.qkv_rows) return block.output_columns ? std::nullopt : std::optional<i64>(0);
  // A fused tensor: q + k + v rows, of which q is what attn_output takes in (head dims are equal there).
  if (!block.output_columns || head_k != head_v) return std::nullopt;
  const i64 rows = *block.qkv_rows - *block.output_columns;
  return rows >= 0 && rows % (2 * head_k) == 0 ? std::optional(rows / (2 * head_k)) : std::nullopt;
}

std::vector<i64> recover_kv_heads(Keys& keys, i64 head_k, i64 head_v) {
  std::vector<i64> heads(static_cast<std::size_t>(keys.blocks()), 0);
  const std::vector<Block> blocks = blocks_of(keys.description().tensors, keys.blocks());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const std::optional<i64> count = head_k > 0 ? heads_in(blocks[i], head_k, head_v) : std::nullopt;
    if (!count) keys.withhold("attention.head_count_kv");
    heads[i] = count.value_or(0);
  }
  return heads;
}

}  // namespace

Heads read_heads(Keys& keys) {
  Heads heads;
  const bool q_withheld = keys.is_withheld("attention.head_count");
  if (!q_withheld) {
    heads.q = keys.need_each("attention.head_count");
    if (heads.q.front() > 0) heads.k = heads.v = keys.need("embedding_length") / heads.q.front();
  } else if (!(keys.has("attention.key_length") && keys.has("attention.value_length"))) {
    keys.withhold("attention.head_count");
  }
  // Without heads in the first block llama.cpp takes both dimensions as 0, whatever the keys say.
  if (q_withheld || heads.q.front() > 0) {
    heads.k = keys.get("attention.key_length", heads.k);
    heads.v = keys.get("attention.value_length", heads.v);
  }

  if (const auto kv = keys.find_each("attention.head_count_kv")) {
    heads.kv = *kv;
  } else if (keys.is_withheld("attention.head_count_kv") || q_withheld) {
    heads.kv = recover_kv_heads(keys, heads.k, heads.v);
  } else {
    heads.kv = heads.q;
  }
  heads.kv.resize(static_cast<std::size_t>(keys.blocks()), 0);
  return heads;
}

std::vector<Layer> full_layers(const Heads& heads) {
  std::vector<Layer> layers;
  layers.reserve(heads.kv.size());
  for (const i64 count : heads.kv) {
    layers.push_back({.kind = LayerKind::full,
                      .k_width = count * heads.k,
                      .v_width = count * heads.v,
                      .head_k = heads.k,
                      .head_v = heads.v});
  }
  return layers;
}

i64 widest_v(const std::vector<Layer>& layers) {
  i64 widest = 0;
  for (const Layer& layer : layers) widest = std::max(widest, layer.v_width);
  return widest;
}

}  // namespace ctxcap::model
