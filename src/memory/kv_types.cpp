#include "memory/kv_types.hpp"

namespace ctxcap::memory {

std::span<const KvType> kv_types() {
  static constexpr KvType kTypes[] = {
      {"f16", 1, 2},    {"q8_0", 32, 34}, {"q4_0", 32, 18}, {"f32", 1, 4},      {"bf16", 1, 2},
      {"q5_1", 32, 24}, {"q5_0", 32, 22}, {"q4_1", 32, 20}, {"iq4_nl", 32, 18},
  };
  return kTypes;
}

const KvType* kv_type(std::string_view name) {
  for (const KvType& type : kv_types()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace ctxcap::memory
