#include "memory/flash_attention.hpp"

#include <algorithm>

namespace ctxcap::memory {
namespace {

// query_heads share one KV head.
bool heads_fit(i64 head_k, i64 head_v, i64 query_heads) {
  constexpr i64 kEqual[] = {40, 64, 72, 80, 96, 112, 128, 256};
  if (head_k == head_v && std::find(std::begin(kEqual), std::end(kEqual), head_k) != std::end(kEqual))
    return true;
  if (head_k == 192 && head_v == 128) return query_heads % 8 == 0;
  if (head_k == 320 && head_v == 256) return query_heads % 32 == 0;
  if ((head_k == 512 || head_k == 576) && head_v == 512) return query_heads >= 2;
  return false;
}

bool type_fits(const KvType& type) {
  constexpr std::string_view kTypes[] = {"f32", "f16", "bf16", "q8_0", "q4_0"};
  return std::find(std::begin(kTypes), std::end(kTypes), type.name) != std::end(kTypes);
}

}  // namespace

bool flash_attention_fits(const ModelArch& arch, const KvType& k, const KvType& v) {
  if (k.name != v.name || !type_fits(k)) return false;
  for (const Layer& layer : arch.layers) {
    if (layer.k_width == 0 || layer.head_k == 0) continue;
    const i64 kv_heads = std::max<i64>(layer.k_width / layer.head_k, 1);
    if (!heads_fit(layer.head_k, layer.head_v, arch.compute.heads / kv_heads)) return false;
  }
  return true;
}

}  // namespace ctxcap::memory
