// Llama 4: layers with rotary positions attend within chunks.

#include <algorithm>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kChunkedTypes[] = {"llama4_text", "llama4"};

void read_chunked(Config& config, Checkpoint& checkpoint) {
  const i64 chunk = config.need("attention_chunk_size"), layers = config.layers();
  const i64 every = std::max<i64>(config.get("no_rope_layer_interval", 4), 1);
  std::vector<i64> rope = config.numbers("no_rope_layers");
  if (!rope.empty() && static_cast<i64>(rope.size()) < layers)
    config.refuse("its no_rope_layers names fewer layers than it has");
  for (i64 i = 0; i < layers && config.problem().empty(); ++i) {
    PagedLayer layer = full_layer(config);
    if (rope.empty() ? (i + 1) % every != 0 : rope[static_cast<std::size_t>(i)] != 0) {
      layer.kind = PageKind::chunked;
      layer.window = chunk;
    }
    checkpoint.layers.push_back(layer);
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_chunked;
const CheckpointFamily checkpoint_chunked{kChunkedTypes, read_chunked};

}  // namespace ctxcap::model
