#include "memory/vllm/pages.hpp"

#include <algorithm>

#include "memory/vllm/vllm.hpp"

namespace ctxcap::memory {
namespace {

constexpr CacheType kCacheTypes[] = {{"auto", 16},
                                     {"float16", 16},
                                     {"bfloat16", 16},
                                     {"fp8", 8},
                                     {"fp8_e4m3", 8},
                                     {"fp8_e5m2", 8},
                                     {"fp8_inc", 8},
                                     {"int8_per_token_head", 8, 8},
                                     {"fp8_per_token_head", 8, 8},
                                     {"int4_per_token_head", 4, 8},
                                     {"fp8_ds_mla", 0},
                                     {"nvfp4_ds_mla", 0},
                                     {"nvfp4", 0},
                                     {"nvfp4_4over6", 0},
                                     {"turboquant_k8v4", 0},
                                     {"turboquant_4bit_nc", 0},
                                     {"turboquant_k3v4_nc", 0},
                                     {"turboquant_3bit_nc", 0},
                                     {"octave_k3v4", 0},
                                     {"octave_k3v3", 0},
                                     {"octave_k3v3_compact", 0},
                                     {"ultraquant_4bit", 0}};

constexpr Bytes kModelElement = 2, kF32 = 4;

}  // namespace

const CacheType* cache_type(std::string_view name) {
  const auto found = std::find_if(std::begin(kCacheTypes), std::end(kCacheTypes),
                                  [&](const auto& t) { return t.name == name; });
  return found == std::end(kCacheTypes) ? nullptr : found;
}

std::vector<std::string_view> vllm_cache_types() {
  std::vector<std::string_view> names;
  for (const CacheType& type : kCacheTypes) names.push_back(type.name);
  return names;
}

// Every card has its part of the heads, or one of them; the latent row is on each.
Bytes token_bytes(const PagedLayer& layer, const CacheType& type, i64 cards) {
  const i64 heads = layer.kind == PageKind::latent ? layer.heads : std::max<i64>(layer.heads / cards, 1);
  return heads * ((layer.head_k + layer.head_v) * type.bits / 8 + type.per_head);
}

Bytes state_bytes(const SequenceState& state, i64 cards) {
  const i64 groups = state.groups > 0 ? std::max<i64>(state.groups / cards, 1) : 0;
  const i64 channels = state.channels / cards + groups * state.group_channels;
  return state.conv * channels * kModelElement +
         state.recurrent / cards * (state.recurrent_f32 ? kF32 : kModelElement);
}

}  // namespace ctxcap::memory
