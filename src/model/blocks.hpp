#pragma once
// What the tensor list tells about each block where metadata was withheld.

#include <optional>
#include <vector>

#include "data/model.hpp"

namespace ctxcap::model {

// Extents of the tensors "blk.N.*"; nullopt: the block has no such tensor.
struct Block {
  bool any = false;                   // the block has tensors at all
  std::optional<i64> q_rows;          // attn_q: query heads x key head dim
  std::optional<i64> k_rows;          // attn_k: kv heads x key head dim
  std::optional<i64> v_rows;          // attn_v
  std::optional<i64> qkv_rows;        // attn_qkv: all three; recurrent blocks of Qwen have one too
  std::optional<i64> output_columns;  // attn_output, input side: query heads x value head dim
  std::optional<i64> latent_rows;     // attn_kv_a_mqa: MLA row
  std::optional<i64> key_norm;        // attn_k_norm: key head dim of this block
  std::optional<i64> query_norm;      // attn_q_norm: the same, of its queries
  std::optional<i64> ff_columns;      // ffn_down, input side: feed-forward width
  bool indexer = false;               // indexer.*: sparse attention chooses tokens here
  bool state = false;                 // ssm_* or shortconv.*: a recurrent block
  bool feed_forward = false;          // ffn_*
};

// Exactly `count` entries; tensors of other blocks are ignored.
std::vector<Block> blocks_of(const std::vector<Tensor>& tensors, i64 count);

}  // namespace ctxcap::model
