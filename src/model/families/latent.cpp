// Multi-head latent attention: one compressed row per token and block, and no V. Older conversions without
// the `*_mla` keys are cached expanded, head by head, nine times as large. Before v0.5.0 a
// multi-token-prediction tail was cached like any other block.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kLatent[] = {"deepseek2", "deepseek2-ocr", "mistral4"};

void read_latent(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  if (is_latent(keys)) make_latent(arch.layers);
  if (keys.since(LlamaBuild::v0_5_0)) {
    cut_drafts(keys, arch);
  } else {
    keep_drafts(keys, arch);
  }
}

}  // namespace

extern const Family family_latent;
constinit const Family family_latent{
    .name = "latent attention", .architectures = kLatent, .read = read_latent};

}  // namespace ctxcap::model
