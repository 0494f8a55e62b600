#include "model/reckoned.hpp"

#include <algorithm>

#include "model/keys.hpp"

namespace ctxcap::model {
namespace {

// As the list would have it, which has a 0 for every block without attention.
i64 fewest_kv_heads(const std::vector<Layer>& layers) {
  i64 fewest = INT64_MAX;
  for (const Layer& layer : layers) {
    if (layer.kind == LayerKind::none) continue;  // reads another's cache, and has heads all the same
    fewest = std::min(fewest, layer.head_k > 0 ? layer.k_width / layer.head_k : 0);
  }
  return fewest == INT64_MAX ? 1 : fewest;
}

}  // namespace

void read_reckoned(const ModelDescription& description, ModelArch& arch) {
  Keys keys(description);
  Reckoned& reckoned = arch.reckoned;
  reckoned.blocks = keys.get("block_count", 0);
  reckoned.embedding = keys.get("embedding_length", 0);
  const auto heads = keys.find_each("attention.head_count");
  reckoned.heads = heads ? *std::max_element(heads->begin(), heads->end())
                   : keys.is_withheld("attention.head_count") ? arch.compute.heads
                                                              : 1;
  if (const auto kv = keys.find_each("attention.head_count_kv")) {
    reckoned.kv_heads = *std::min_element(kv->begin(), kv->end());
  } else if (keys.is_withheld("attention.head_count_kv")) {
    reckoned.kv_heads = fewest_kv_heads(arch.layers);
  }
  reckoned.kv_heads = std::max<i64>(1, reckoned.kv_heads);
}

}  // namespace ctxcap::model
