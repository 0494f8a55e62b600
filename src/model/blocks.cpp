#include "model/blocks.hpp"

#include <charconv>
#include <string_view>

namespace ctxcap::model {
namespace {

constexpr std::string_view kPrefix = "blk.";

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

void note(Block& block, std::string_view part, const std::vector<i64>& shape) {
  block.any = true;
  if (starts_with(part, "ssm_") || starts_with(part, "shortconv.")) block.state = true;
  if (starts_with(part, "indexer")) block.indexer = true;
  if (starts_with(part, "ffn_") && part != "ffn_norm.weight") block.feed_forward = true;
  struct Row {
    std::string_view part;
    std::optional<i64> Block::*extent;
    std::size_t dimension;
  };
  static constexpr Row kRows[] = {
      {"attn_q.weight", &Block::q_rows, 1},
      {"attn_k.weight", &Block::k_rows, 1},
      {"attn_v.weight", &Block::v_rows, 1},
      {"attn_qkv.weight", &Block::qkv_rows, 1},
      {"attn_output.weight", &Block::output_columns, 0},
      {"attn_out.weight", &Block::output_columns, 0},
      {"attn_kv_a_mqa.weight", &Block::latent_rows, 1},
      {"attn_k_norm.weight", &Block::key_norm, 0},
      {"attn_q_norm.weight", &Block::query_norm, 0},
      {"ffn_down.weight", &Block::ff_columns, 0},
  };
  for (const Row& row : kRows) {
    if (part == row.part && row.dimension < shape.size()) block.*row.extent = shape[row.dimension];
  }
}

}  // namespace

std::vector<Block> blocks_of(const std::vector<Tensor>& tensors, i64 count) {
  std::vector<Block> blocks(static_cast<std::size_t>(count));
  for (const Tensor& tensor : tensors) {
    std::string_view name = tensor.name;
    if (!starts_with(name, kPrefix)) continue;
    name.remove_prefix(kPrefix.size());
    i64 index = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc() || index < 0 || index >= count) continue;
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    if (name.empty() || name.front() != '.') continue;
    note(blocks[static_cast<std::size_t>(index)], name.substr(1), tensor.shape);
  }
  return blocks;
}

}  // namespace ctxcap::model
