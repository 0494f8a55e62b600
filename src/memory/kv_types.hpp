#pragma once
#include <span>
#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap::memory {

// A block of `elements` numbers takes `bytes`.
struct KvType {
  std::string_view name;
  i64 elements;
  Bytes bytes;
  bool quantized() const { return elements > 1; }
};

std::span<const KvType> kv_types();

// nullptr: llama.cpp has no cache type of that name, and no model would load.
const KvType* kv_type(std::string_view name);

}  // namespace ctxcap::memory
