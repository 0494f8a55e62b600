// MiniMax M3: plain attention, and behind the leading dense blocks an indexer that keeps one K and one V head
// more per token.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kSparseBlocks[] = {"minimax-m3"};

void read_sparse_blocks(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const Heads heads = read_heads(keys);
  arch.layers = attention_layers(heads);
  arch.one_sum = true;
  const i64 key_length = keys.need("attention.indexer.key_length");
  const i64 dense = keys.get("leading_dense_block_count", 0);
  for (std::size_t i = static_cast<std::size_t>(dense); i < arch.layers.size(); ++i) {
    arch.layers[i].side.push_back({.k_width = key_length, .v_width = heads.v[i]});
  }
}

}  // namespace

extern const Family family_sparse_blocks;
constinit const Family family_sparse_blocks{
    .name = "sparse attention", .architectures = kSparseBlocks, .read = read_sparse_blocks};

}  // namespace ctxcap::model
