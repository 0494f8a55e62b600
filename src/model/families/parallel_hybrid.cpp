// Falcon H1: every block attends and keeps recurrent state.

#include "model/attention.hpp"
#include "model/families.hpp"
#include "model/state.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kParallelHybrid[] = {"falcon-h1"};

void read_parallel_hybrid(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  const std::vector<i64> state = ssm_state(keys);
  for (Layer& layer : arch.layers) layer.state = state;
}

}  // namespace

extern const Family family_parallel_hybrid;
constinit const Family family_parallel_hybrid{.name = "attention and state in every block",
                                              .architectures = kParallelHybrid,
                                              .read = read_parallel_hybrid};

}  // namespace ctxcap::model
