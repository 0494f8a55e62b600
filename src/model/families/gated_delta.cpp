// Qwen 3 Next, 3.5 and 4: every fourth block attends (or as `full_attention_interval` or a list says), the
// others keep the state of a gated delta rule; MiniMax 01: every eighth, and the state of a linear attention.
// Blocks of a multi-token-prediction tail are not in the cache.

#include <algorithm>

#include "model/attention.hpp"
#include "model/blocks.hpp"
#include "model/families.hpp"
#include "model/state.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kGatedDelta[] = {"qwen3next", "qwen35", "qwen35moe", "qwen4exp", "minimax-01"};
constexpr std::string_view kRecurrent = "attention.recurrent_layers";

std::vector<bool> recurrent_blocks(Keys& keys, i64 usual_interval) {
  std::vector<bool> recurrent;
  if (keys.is_withheld(kRecurrent)) {
    for (const Block& block : blocks_of(keys.description().tensors, keys.blocks())) {
      if (!block.any) keys.withhold(kRecurrent);
      recurrent.push_back(block.state);
    }
    return recurrent;
  }
  if (const auto list = keys.find_list(kRecurrent)) {
    recurrent.assign(list->begin(), list->end());
    if (static_cast<i64>(recurrent.size()) < trunk_blocks(keys)) {
      keys.refuse("attention.recurrent_layers has fewer entries than there are blocks");
    }
    recurrent.resize(static_cast<std::size_t>(keys.blocks()), false);
    return recurrent;
  }
  const i64 interval = keys.get("full_attention_interval", usual_interval);
  if (interval == 0) keys.refuse("full_attention_interval is 0");
  for (i64 i = 0; i < keys.blocks(); ++i) recurrent.push_back(interval != 0 && (i + 1) % interval != 0);
  return recurrent;
}

// A short convolution over embeddings of n-grams, on one recurrent block.
void add_ngram_state(Keys& keys, ModelArch& arch) {
  for (const i64 block : keys.find_list("ple.layers").value_or(std::vector<i64>())) {
    if (block < 0 || block >= keys.blocks()) return keys.refuse("ple.layers names a block that is not there");
    arch.layers[static_cast<std::size_t>(block)].state.push_back(
        keys.product({std::max<i64>(0, keys.need("ple.conv_kernel") - 1), keys.need("ple.ngram_size"),
                      keys.need("hyper_connection.count"), keys.need("embedding_length")}));
  }
}

// Beside every block that attends; until v0.5.0 it kept a V row that nobody read.
void add_indexer(Keys& keys, const Heads& heads, ModelArch& arch) {
  const i64 key_length = keys.need("attention.indexer.key_length");
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (arch.layers[i].kind != LayerKind::full) continue;
    arch.layers[i].side.push_back(
        {.k_width = key_length, .v_width = keys.since(LlamaBuild::v0_5_0) ? 0 : heads.v[i]});
  }
}

void read_gated_delta(Keys& keys, std::string_view architecture, ModelArch& arch) {
  const bool indexed = architecture == "qwen4exp", lightning = architecture == "minimax-01";
  if (!indexed && keys.has("attention.indexer.key_length"))
    keys.refuse("an indexer beside a gated delta rule is not known");
  Heads heads = read_heads(keys);
  // Ollama's files list KV heads with zeros for recurrent blocks; one number counts, their maximum.
  heads.kv.assign(heads.kv.size(), *std::max_element(heads.kv.begin(), heads.kv.end()));
  const std::vector<bool> recurrent = recurrent_blocks(keys, lightning ? 8 : 4);
  const std::vector<i64> state = lightning ? lightning_state(keys) : ssm_state(keys);
  arch.layers = attention_layers(heads);
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (recurrent[i]) make_recurrent(arch.layers[i], state);
  }
  arch.widest_v = widest_v(arch.layers);
  const auto trunk = static_cast<std::size_t>(trunk_blocks(keys));
  for (std::size_t i = trunk; i < arch.layers.size(); ++i)
    arch.draft_layers.push_back(attention_layers(heads)[i]);
  drop_caches_from(trunk, arch);
  if (indexed) {
    add_indexer(keys, heads, arch);
    add_ngram_state(keys, arch);
  }
  arch.state_per_draft = architecture != "qwen3next" && !lightning;
}

}  // namespace

extern const Family family_gated_delta;
constinit const Family family_gated_delta{
    .name = "gated delta hybrid", .architectures = kGatedDelta, .read = read_gated_delta};

}  // namespace ctxcap::model
