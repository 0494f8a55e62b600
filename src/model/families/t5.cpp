// T5: the decoder's self-attention is cached like any other (cross-attention is not). llama.cpp aborts when
// several sequences have caches of their own.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kT5[] = {"t5"};

void read_t5(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  arch.one_stream = true;
}

}  // namespace

extern const Family family_t5;
constinit const Family family_t5{.name = "encoder and decoder", .architectures = kT5, .read = read_t5};

}  // namespace ctxcap::model
