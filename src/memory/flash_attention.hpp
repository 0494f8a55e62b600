#pragma once
#include "data/model.hpp"
#include "memory/kv_types.hpp"

namespace ctxcap::memory {

// Do ggml-cuda's flash-attention kernels take these heads and cache types (default build)? Where they do not,
// `auto` turns flash attention off, and `on` leaves attention to the CPU.
bool flash_attention_fits(const ModelArch& arch, const KvType& k, const KvType& v);

}  // namespace ctxcap::memory
