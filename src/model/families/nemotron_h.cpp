// Nemotron H: a block is one of three things. With KV heads it attends, with a feed-forward width it is an
// MLP or a mixture of experts and caches nothing, with neither it is recurrent. Blocks of a
// multi-token-prediction tail attend, and are cached.

#include "model/attention.hpp"
#include "model/blocks.hpp"
#include "model/families.hpp"
#include "model/state.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kNemotronH[] = {"nemotron_h", "nemotron_h_moe"};
constexpr std::string_view kFeedForward = "feed_forward_length";

// Per block: has it a feed-forward part?
std::vector<bool> feed_forward(Keys& keys) {
  std::vector<bool> there;
  if (keys.is_withheld(kFeedForward)) {
    for (const Block& block : blocks_of(keys.description().tensors, keys.blocks())) {
      if (!block.any) keys.withhold(kFeedForward);
      there.push_back(block.feed_forward);
    }
    return there;
  }
  for (const i64 width : keys.need_each(kFeedForward)) there.push_back(width != 0);
  return there;
}

void read_nemotron_h(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const Heads heads = read_heads(keys);
  const std::vector<bool> mlp = feed_forward(keys);
  const std::vector<i64> state = ssm_state(keys);
  const auto trunk = static_cast<std::size_t>(trunk_blocks(keys));
  arch.layers = attention_layers(heads);
  arch.widest_v = widest_v(arch.layers);
  arch.state_per_draft = keys.since(LlamaBuild::v0_4_0);
  for (std::size_t i = 0; i < trunk; ++i) {
    if (mlp[i]) {
      drop_cache(arch.layers[i]);
    } else if (heads.kv[i] == 0) {
      make_recurrent(arch.layers[i], state);
    }
  }
  keep_drafts(keys, arch);
}

}  // namespace

extern const Family family_nemotron_h;
constinit const Family family_nemotron_h{
    .name = "attention, state or MLP", .architectures = kNemotronH, .read = read_nemotron_h};

}  // namespace ctxcap::model
