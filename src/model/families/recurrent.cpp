// No attention at all: state of a fixed size in every block.

#include "model/families.hpp"
#include "model/state.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kRecurrent[] = {"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"};

void read_recurrent(Keys& keys, std::string_view architecture, ModelArch& arch) {
  const bool mamba = architecture == "mamba" || architecture == "mamba2";
  const Layer layer{.kind = LayerKind::recurrent, .state = mamba ? ssm_state(keys) : wkv_state(keys)};
  arch.layers.assign(static_cast<std::size_t>(keys.blocks()), layer);
}

}  // namespace

extern const Family family_recurrent;
constinit const Family family_recurrent{
    .name = "recurrent", .architectures = kRecurrent, .read = read_recurrent};

}  // namespace ctxcap::model
