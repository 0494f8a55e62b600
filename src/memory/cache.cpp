#include "memory/cache.hpp"

namespace ctxcap::memory {
namespace {

constexpr i64 kCudaAlignment = 128;
constexpr i64 kCpuAlignment = 32;
constexpr i64 kCudaRowPadding = 512;  // elements: rows of quantised tensors may be read that far

// A tensor of `width` elements per token. Zero width allocates nothing.
std::optional<Bytes> tensor_bytes(const Load& load, const KvType& type, i64 width, i64 cells) {
  if (width == 0 || cells == 0) return 0;
  const std::optional<Bytes> row = checked_mul(width / type.elements, type.bytes);
  std::optional<Bytes> bytes = checked_mul(checked_mul(row, cells), load.streams);
  if (load.cuda && type.quantized() && width % kCudaRowPadding != 0) {
    bytes = checked_add(bytes, (kCudaRowPadding - width % kCudaRowPadding) / type.elements * type.bytes);
  }
  const i64 alignment = load.cuda ? kCudaAlignment : kCpuAlignment;
  const std::optional<Bytes> with_slack = checked_add(bytes, alignment - 1);
  return with_slack ? std::optional(*with_slack / alignment * alignment) : std::nullopt;
}

}  // namespace

CacheBytes cache_bytes(const ModelArch& arch, const Load& load) {
  CacheBytes sum;
  for (const Layer& layer : arch.layers) {
    if (layer.kind != LayerKind::full) continue;
    // Without flash attention V lies transposed, and every layer's rows are as wide as the widest.
    const i64 v_width = load.flash_attention ? layer.v_width : arch.widest_v;
    sum.kv = checked_add(sum.kv, tensor_bytes(load, load.k, layer.k_width, load.cells));
    sum.kv = checked_add(sum.kv, tensor_bytes(load, load.v, v_width, load.cells));
  }
  return sum;
}

}  // namespace ctxcap::memory
