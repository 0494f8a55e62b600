#include "model/families.hpp"

#include <algorithm>

// One row per file in families/; row(x) is the constant family_x there.
// clang-format off
#define CTXCAP_FAMILIES(row) \
  row(plain)                 \
  row(sliding_window)        \
  row(chunked_attention)     \
  row(gemma3n)               \
  row(gemma4)                \
  row(listed_windows)        \
  row(latent)                \
  row(sparse_latent)         \
  row(sparse_blocks)         \
  row(compressed)            \
  row(recurrent)             \
  row(hybrid)                \
  row(parallel_hybrid)       \
  row(nemotron_h)            \
  row(gated_delta)           \
  row(delta_latent)          \
  row(latent_windows)        \
  row(repeated)              \
  row(side_models)           \
  row(encoder)               \
  row(t5)                    \
  row(generic)
// clang-format on

namespace ctxcap::model {

#define CTXCAP_DECLARE(name) extern const Family family_##name;
CTXCAP_FAMILIES(CTXCAP_DECLARE)
#undef CTXCAP_DECLARE

std::span<const Family* const> families() {
#define CTXCAP_ADDRESS(name) &family_##name,
  static constexpr const Family* kTable[] = {CTXCAP_FAMILIES(CTXCAP_ADDRESS)};
#undef CTXCAP_ADDRESS
  return kTable;
}

const Family& family_of(std::string_view architecture) {
  for (const Family* family : families()) {
    const auto& names = family->architectures;
    if (std::find(names.begin(), names.end(), architecture) != names.end()) return *family;
  }
  return *families().back();
}

}  // namespace ctxcap::model
