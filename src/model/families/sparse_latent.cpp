// Latent attention that looks at few tokens, chosen by an indexer with a K row of its own per token. The
// blocks of a multi-token-prediction tail are not in the cache.

#include "model/attention.hpp"
#include "model/families.hpp"
#include "model/indexed_blocks.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kSparseLatent[] = {"deepseek32", "glm-dsa"};
constexpr std::string_view kTypes = "attention.indexer.types";
constexpr i64 kLongContext = 1'048'576;  // GLM of this window has an indexer in some blocks only

// glm-dsa: the blocks that have an indexer.
std::vector<bool> indexed_blocks(Keys& keys) {
  std::vector<bool> indexed = listed_indexers(keys);
  if (keys.has(kTypes) || keys.is_withheld(kTypes) || keys.need("context_length") < kLongContext)
    return indexed;
  // llama.cpp's built-in choice: blocks 0 and 1, and every fourth from 2 on.
  for (std::size_t i = 0; i < indexed.size(); ++i) indexed[i] = i < 2 || i % 4 == 2;
  return indexed;
}

void read_sparse_latent(Keys& keys, std::string_view architecture, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  if (!is_latent(keys)) {
    keys.refuse(
        "attention.key_length_mla or value_length_mla is missing: the cache of this file is not known");
  }
  make_latent(arch.layers);
  // Before July 2026 llama.cpp ran GLM without its indexers.
  const bool plain = architecture == "glm-dsa" && !keys.since(LlamaBuild::b9842);
  const i64 key_length = keys.need("attention.indexer.key_length");
  const std::vector<bool> indexed =
      architecture == "glm-dsa" ? indexed_blocks(keys) : std::vector<bool>(arch.layers.size(), true);
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (indexed[i] && !plain) arch.layers[i].side.push_back({.k_width = key_length});
  }
  cut_drafts(keys, arch);
}

}  // namespace

extern const Family family_sparse_latent;
constinit const Family family_sparse_latent{
    .name = "sparse latent attention", .architectures = kSparseLatent, .read = read_sparse_latent};

}  // namespace ctxcap::model
