#include "memory/logits.hpp"

#include <algorithm>

#include "memory/cache.hpp"
#include "memory/compute.hpp"

namespace ctxcap::memory {
namespace {

// Rows of embedding width that were seen between the last block and its logits: at most 3.1.
constexpr double kRowsLeft = 3.1;

double floats_of_batch(const Load& load, double per_token) {
  return 4 * as_double(load.batch) * per_token;
}

// Rows of embedding width beside the logits. Where nothing attends the last block's input is there too.
i64 rows_beside(const ModelArch& arch, const Load& load) {
  const i64 input = whole_batch(arch) && masked_cells(arch, load) == 0 ? 1 : 0;
  return std::max<i64>(1, arch.compute.beside_logits) + input;
}

// The F32 mask that old builds have beside its F16 copy.
double second_mask(const ModelArch& arch, const Load& load) {
  if (arch.build.llama > LlamaBuild::b8390 || !load.flash_attention) return 0;
  return floats_of_batch(load, masked_cells(arch, load));
}

}  // namespace

double as_double(i64 value) {
  return static_cast<double>(value);
}

double masked_cells(const ModelArch& arch, const Load& load) {
  double cells = 0;
  bool full = false;
  i64 window = 0;
  for (const Layer& layer : arch.layers) {
    if (layer.kind == LayerKind::full || layer.kind == LayerKind::latent) full = true;
    if (layer.kind == LayerKind::window) window = std::max(window, layer.window);
  }
  if (full) cells += as_double(load.cells);
  if (window > 0) cells += as_double(window_cells(arch, load, window));
  return cells;
}

bool whole_batch(const ModelArch& arch) {
  return arch.build.llama < LlamaBuild::b9842;
}

double logits_bytes(const ModelArch& arch, const Load& load) {
  const ComputeShape& shape = arch.compute;
  if (shape.encoder || (shape.beside_logits == 0 && !whole_batch(arch))) return 0;
  return floats_of_batch(load, as_double(shape.vocabulary + rows_beside(arch, load) * shape.embedding));
}

double least_logits(const ModelArch& arch, const Load& load) {
  const double more = as_double((rows_beside(arch, load) - 1) * arch.compute.embedding);
  return std::max(0.0, logits_bytes(arch, load) - floats_of_batch(load, more));
}

double first_attention_bytes(const ModelArch& arch, const Load& load) {
  if (arch.build.llama > LlamaBuild::b8390 || !load.flash_attention) return 0;
  return second_mask(arch, load) + as_double(mask_bytes(arch, load)) +
         floats_of_batch(load, 3 * as_double(arch.compute.embedding));
}

double logits_at_worst(const ModelArch& arch, const Load& load, double block) {
  const ComputeShape& shape = arch.compute;
  if (shape.encoder || !whole_batch(arch)) return 0;
  const double masks = second_mask(arch, load);
  const double rows = kRowsLeft * as_double(shape.embedding) + as_double(shape.chosen);
  const double left = as_double(mask_bytes(arch, load)) + masks + floats_of_batch(load, rows);
  // Of a hybrid as much as the block itself was seen in front of them.
  const bool hybrid =
      masked_cells(arch, load) > 0 && std::any_of(arch.layers.begin(), arch.layers.end(),
                                                  [](const Layer& layer) { return !layer.state.empty(); });
  return logits_bytes(arch, load) + (hybrid ? block + masks : std::min(block + masks, left));
}

}  // namespace ctxcap::memory
