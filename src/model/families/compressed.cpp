// DeepSeek 4: every block keeps the last tokens, some keep the rest compressed, one row for 4 or 128 tokens,
// with the state of the compressor. K only, and a cache per sequence even where slots share one.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kCompressed[] = {"deepseek4"};
constexpr i64 kFine = 4;      // tokens per row, with an indexer over these rows
constexpr i64 kCoarse = 128;  // tokens per row, without

void read_compressed(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const i64 window = keys.need("attention.sliding_window");
  const i64 row = keys.need("attention.key_length");
  const i64 indexer = keys.need("attention.indexer.key_length");
  const std::vector<i64> ratios = keys.need_each("attention.compress_ratios");
  const i64 value = keys.get("attention.value_length", row);
  arch.one_sum = arch.sequences_apart = arch.state_per_draft = true;
  for (const i64 ratio : ratios) {
    Layer layer{.kind = LayerKind::window, .k_width = row, .window = window, .head_k = row, .head_v = value};
    if (ratio == kFine) {
      // Keys and values of two overlapping groups of four tokens.
      layer.side = {{.k_width = row, .tokens_per_row = kFine}, {.k_width = indexer, .tokens_per_row = kFine}};
      layer.state = {2 * row * 8, 2 * row * 8, 2 * indexer * 8, 2 * indexer * 8};
    } else if (ratio == kCoarse) {
      layer.side = {{.k_width = row, .tokens_per_row = kCoarse}};
      layer.state = {row * kCoarse, row * kCoarse};
    } else if (ratio != 0) {
      keys.refuse("attention.compress_ratios has a ratio other than 0, 4 and 128");
    }
    arch.layers.push_back(std::move(layer));
  }
}

}  // namespace

extern const Family family_compressed;
constinit const Family family_compressed{
    .name = "compressed attention", .architectures = kCompressed, .read = read_compressed};

}  // namespace ctxcap::model
