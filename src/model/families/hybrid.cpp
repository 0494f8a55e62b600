// Blocks without KV heads are recurrent, the others attend.

#include "model/attention.hpp"
#include "model/families.hpp"
#include "model/state.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kHybrid[] = {"jamba", "granitehybrid", "plamo2", "lfm2", "lfm2moe", "kimi-linear"};

void read_hybrid(Keys& keys, std::string_view architecture, ModelArch& arch) {
  const bool short_convolution = architecture == "lfm2" || architecture == "lfm2moe";
  const i64 window = short_convolution ? keys.get("attention.sliding_window", 0) : 0;
  const Slides slides(static_cast<std::size_t>(keys.blocks()), window > 0);
  // plamo2 begins with a block without heads and reads the head dimensions all the same.
  const Dimensions dimensions = architecture == "plamo2" ? Dimensions::always : Dimensions::with_first_heads;
  const Heads heads = read_heads(keys, slides, dimensions);
  const std::vector<i64> state = short_convolution               ? shortconv_state(keys)
                                 : architecture == "kimi-linear" ? kda_state(keys)
                                                                 : ssm_state(keys);
  arch.layers = attention_layers(heads, slides, window);
  arch.state_per_draft = short_convolution && keys.since(LlamaBuild::v0_4_0);
  if (architecture == "kimi-linear" && is_latent(keys)) make_latent(arch.layers);
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (heads.kv[i] == 0) make_recurrent(arch.layers[i], state);
  }
}

}  // namespace

extern const Family family_hybrid;
constinit const Family family_hybrid{
    .name = "hybrid by KV heads", .architectures = kHybrid, .read = read_hybrid};

}  // namespace ctxcap::model
