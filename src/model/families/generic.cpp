// The last row: an architecture that no other row knows. A number is given only where every key of plain
// attention is there, no key hints at anything else, and the tensors (where listed) agree; and then it is
// called a guess, because windows and shared caches may be fixed in code without a key.

#include <fmt/format.h>

#include <algorithm>

#include "model/attention.hpp"
#include "model/blocks.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kNeeded[] = {"embedding_length", "attention.head_count", "attention.head_count_kv",
                                        "attention.key_length", "attention.value_length"};

// Keys that say nothing about what is cached. Any other key of the architecture may.
constexpr std::string_view kHarmless[] = {
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "attention.layer_norm_epsilon",
    "attention.layer_norm_rms_epsilon",
    "attention.scale",
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "vocab_size",
    "logit_scale",
    "embedding_scale",
    "residual_scale",
    "final_logit_softcapping",
    "attn_logit_softcapping",
};
constexpr std::string_view kHarmlessGroups[] = {"rope.", "expert_", "vision.", "audio.", "mm."};

bool harmless(std::string_view key) {
  const auto starts = [&](std::string_view group) { return key.substr(0, group.size()) == group; };
  return std::find(std::begin(kHarmless), std::end(kHarmless), key) != std::end(kHarmless) ||
         std::any_of(std::begin(kHarmlessGroups), std::end(kHarmlessGroups), starts);
}

// Why the file cannot be taken for plain attention; empty: it can.
std::string doubt(const Keys& keys) {
  for (const std::string_view key : kNeeded) {
    if (!keys.has(key)) return fmt::format("{} is missing", key);
  }
  const std::string prefix = keys.description().architecture + ".";
  for (const auto& [full, value] : keys.description().metadata) {
    if (full.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string_view key = std::string_view(full).substr(prefix.size());
    if (!harmless(key)) return fmt::format("{} may change what is cached", key);
  }
  return "";
}

bool tensors_agree(const Keys& keys, const std::vector<Layer>& layers) {
  if (keys.description().tensors.empty()) return true;
  const std::vector<Block> blocks = blocks_of(keys.description().tensors, keys.blocks());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Block& block = blocks[i];
    if (block.state || block.k_rows != layers[i].k_width || block.v_rows != layers[i].v_width) return false;
  }
  return true;
}

void read_generic(Keys& keys, std::string_view architecture, ModelArch& arch) {
  std::string why = doubt(keys);
  if (why.empty()) {
    arch.layers = attention_layers(read_heads(keys));
    if (!tensors_agree(keys, arch.layers)) why = "its tensors are not those of plain attention";
  }
  if (!why.empty()) keys.refuse(fmt::format("the architecture '{}' is not known, and {}", architecture, why));
  arch.guess = true;
}

}  // namespace

extern const Family family_generic;
constinit const Family family_generic{
    .name = "a guess: plain attention", .architectures = {}, .read = read_generic};

}  // namespace ctxcap::model
