#include "memory/cache.hpp"

#include <algorithm>

namespace ctxcap::memory {
namespace {

constexpr i64 kPadding = 256;  // cells
constexpr i64 kCudaAlignment = 128;
constexpr i64 kCpuAlignment = 32;
constexpr i64 kCudaRowPadding = 512;  // elements: rows of quantised tensors may be read that far
constexpr KvType kStateType{"f32", 1, 4};

std::optional<Bytes> aligned(const Load& load, std::optional<Bytes> bytes) {
  const i64 alignment = load.cuda ? kCudaAlignment : kCpuAlignment;
  const std::optional<Bytes> with_slack = checked_add(bytes, alignment - 1);
  return with_slack ? std::optional(*with_slack / alignment * alignment) : std::nullopt;
}

// A tensor of `width` elements per row and `rows` per stream. Zero width allocates nothing.
std::optional<Bytes> cache_tensor(const Load& load, const KvType& type, i64 width, i64 rows) {
  if (width == 0) return 0;
  const std::optional<Bytes> row = checked_mul(width / type.elements, type.bytes);
  std::optional<Bytes> bytes = checked_mul(checked_mul(row, rows), load.streams);
  if (load.cuda && type.quantized() && width % kCudaRowPadding != 0) {
    bytes = checked_add(bytes, (kCudaRowPadding - width % kCudaRowPadding) / type.elements * type.bytes);
  }
  return aligned(load, bytes);
}

std::optional<Bytes> rows_of(const Load& load, i64 k_width, i64 v_width, i64 rows) {
  return checked_add(cache_tensor(load, load.k, k_width, rows), cache_tensor(load, load.v, v_width, rows));
}

std::optional<Bytes> state_of(const Load& load, const Layer& layer) {
  std::optional<Bytes> sum = 0;
  for (const i64 elements : layer.state) {
    const std::optional<i64> copies = checked_mul(load.sequences, load.state_copies);
    sum = checked_add(sum, aligned(load, checked_mul(checked_mul(elements, copies), kStateType.bytes)));
  }
  return sum;
}

}  // namespace

i64 window_cells(const ModelArch& arch, const Load& load, i64 window) {
  if (load.full_window_cache) return load.cells;
  // One cache for all slots must hold the window of each.
  const i64 windows = load.unified && !arch.sequences_apart ? load.sequences : 1;
  return round_up(std::min(load.cells, window * windows + load.batch), kPadding);
}

CacheBytes cache_bytes(const ModelArch& arch, const Load& load) {
  return cache_bytes(arch, load, arch.layers);
}

CacheBytes cache_bytes(const ModelArch& arch, const Load& load, std::span<const Layer> layers) {
  CacheBytes sum;
  std::optional<Bytes>& window_sum = arch.one_sum ? sum.kv : sum.window;
  std::optional<Bytes>& side_sum = arch.one_sum ? sum.kv : sum.indexer;
  std::optional<Bytes>& state_sum = arch.one_sum ? sum.kv : sum.state;
  for (const Layer& layer : layers) {
    // Without flash attention V lies transposed, and every layer's rows are as wide as the widest.
    const i64 v_width = load.flash_attention ? layer.v_width : arch.widest_v;
    switch (layer.kind) {
      case LayerKind::full:
        sum.kv = checked_add(sum.kv, rows_of(load, layer.k_width, v_width, load.cells));
        break;
      case LayerKind::window:
        window_sum = checked_add(
            window_sum, rows_of(load, layer.k_width, v_width, window_cells(arch, load, layer.window)));
        break;
      case LayerKind::latent:
        sum.kv = checked_add(sum.kv, rows_of(load, layer.k_width, 0, load.cells));
        break;
      case LayerKind::recurrent:
      case LayerKind::none:
        break;
    }
    for (const SideCache& side : layer.side) {
      const i64 rows = side.tokens_per_row == 1
                           ? load.cells
                           : round_up((load.cells + side.tokens_per_row - 1) / side.tokens_per_row, kPadding);
      side_sum = checked_add(side_sum, rows_of(load, side.k_width, side.v_width, rows));
    }
    state_sum = checked_add(state_sum, state_of(load, layer));
  }
  return sum;
}

}  // namespace ctxcap::memory
