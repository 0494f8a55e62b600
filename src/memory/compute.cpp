#include "memory/compute.hpp"

#include <algorithm>
#include <cmath>

#include "memory/cache.hpp"
#include "memory/flash_attention.hpp"
#include "memory/logits.hpp"

namespace ctxcap::memory {
namespace {

// Room for the alignment of tensors in what is exact.
constexpr double kExact = 0.995;

// f16 copies of K and V of one layer, which flash attention on CUDA makes of any other cache type; bytes.
double cache_copies(const ModelArch& arch, const Load& load) {
  double widest = 0;
  for (const Layer& layer : arch.layers) {
    const bool window = layer.kind == LayerKind::window;
    const double cells = as_double(window ? window_cells(arch, load, layer.window) : load.cells);
    const i64 width =
        layer.kind == LayerKind::latent ? layer.head_k + layer.head_v : layer.k_width + layer.v_width;
    if (layer.kind != LayerKind::none) widest = std::max(widest, cells * as_double(width));
  }
  return widest * as_double(load.streams) * 2;
}

// Floats per token at the widest point, attention aside. `freed`: attention is no single step on the card.
double peak_floats(const ComputeShape& shape, const Load& load, bool freed) {
  const i64 e = shape.embedding;
  const double batch = as_double(load.batch);
  const i64 gone = freed ? shape.freed : 0;
  const double experts = as_double(shape.experts - (freed ? shape.experts_freed : 0)) +
                         (shape.experts > 0 ? shape.experts_per_batch * batch : 0);
  double floats =
      std::max({as_double(shape.feed_forward > 0 ? shape.feed_forward + shape.extra - gone : 0), experts,
                as_double(shape.latent), as_double(shape.encoder ? 0 : 2 * shape.query + 2 * e)});
  if (shape.state > 0) {
    // Drafts keep a state to roll back to for each token.
    const double kept = as_double(shape.state_per_sequence) +
                        as_double(shape.state_per_draft) * as_double(load.state_copies - 1);
    floats = std::max(
        floats, as_double(shape.state) + shape.per_batch * batch + kept * as_double(load.sequences) / batch);
  }
  return floats + (load.gpu || shape.encoder ? 0 : as_double(shape.inputs));
}

// Scores of one token over the cells of the layer that has most.
double widest_scores(const ModelArch& arch, const Load& load) {
  double scores = as_double(arch.compute.full_heads) * as_double(load.cells);
  for (const Layer& layer : arch.layers) {
    if (layer.kind != LayerKind::window) continue;
    scores =
        std::max(scores, as_double(arch.compute.heads) * as_double(window_cells(arch, load, layer.window)));
  }
  return scores;
}

// K, V and query of one token at attention without flash attention.
double plain_attention_floats(const ModelArch& arch) {
  const ComputeShape& shape = arch.compute;
  double kv = 0;
  for (const Layer& layer : arch.layers)
    kv = std::max(kv, as_double(layer.k_width) + as_double(layer.v_width));
  return kv + as_double(2 * shape.query + 2 * shape.embedding + shape.extra);
}

double encoder_bytes(const ModelArch& arch, const Load& load, double floats) {
  const ComputeShape& shape = arch.compute;
  const double batch = as_double(load.batch);
  const double mask = as_double(shape.masks) * batch * batch * (load.flash_attention ? 2 : 4);
  if (load.flash_attention) return mask + 4 * batch * floats;
  return mask + 4 * batch *
                    std::max(peak_floats(shape, load, true),
                             as_double(shape.heads) * batch + as_double(shape.query + 4 * shape.embedding));
}

// The phase of the graph that grows with the window, where there is one; floats per token.
double window_floats(const ComputeShape& shape, const Load& load) {
  constexpr i64 kLong = 32768;
  if (shape.window_apart && load.sequences > load.streams) return 0;
  const double cells = as_double(load.cells) / (shape.cells_of_slot ? 1 : as_double(load.streams));
  if (shape.cell_base_long > 0)
    return std::max(as_double(shape.cell_base) + shape.per_cell * cells,
                    as_double(shape.cell_base_long) + shape.per_cell_long * cells);
  const double per_cell =
      shape.per_cell_long > 0 && load.cells >= kLong ? shape.per_cell_long : shape.per_cell;
  return as_double(shape.cell_base) + per_cell * cells;
}

double expected_bytes(const ModelArch& arch, const Load& load) {
  const ComputeShape& shape = arch.compute;
  const double batch = as_double(load.batch);
  const double floats = peak_floats(shape, load, false);
  if (shape.encoder) return encoder_bytes(arch, load, floats);

  const double cells = masked_cells(arch, load);
  const double mask = as_double(mask_bytes(arch, load));
  const double window = 4 * batch * window_floats(shape, load);
  if (!load.flash_attention) {
    if (cells == 0) return 4 * batch * floats;
    const double scores_alone = widest_scores(arch, load);
    if (shape.scores_beside > 0)
      return std::max(window, mask + 4 * batch * floats) + 4 * batch * shape.scores_beside * scores_alone;
    const double scores = scores_alone + plain_attention_floats(arch);
    return std::max(window, mask + 4 * batch * std::max(scores, floats));
  }
  // Attention that the device cannot run is computed by the CPU, and its mask is there too.
  if (load.cuda && cells > 0 && !flash_attention_fits(arch, load.k, load.v)) {
    const bool freed = load.k.quantized() || load.v.quantized();
    return std::max(window, 4 * batch * peak_floats(shape, load, freed));
  }
  double peak = 4 * batch * floats;
  if (load.cuda && load.k.name != "f16" && cells > 0) {
    const double copies = cache_copies(arch, load);
    const i64 attention = shape.latent > 0 ? shape.latent : shape.attention + shape.extra;
    peak = shape.parallel ? peak + 4 * batch * as_double(shape.parallel_extra) + copies
                          : std::max(peak, 4 * batch * as_double(attention) + copies);
  }
  return std::max(window, mask + peak);
}

double bytes_by_build(const ModelArch& arch, const Load& load) {
  return std::max({expected_bytes(arch, load), logits_bytes(arch, load), first_attention_bytes(arch, load)});
}

// As little as a file of another form needs.
double least_bytes(const ModelArch& arch, const Load& load, double expected) {
  const ComputeShape& shape = arch.compute;
  double least = expected;
  // Backends other than CUDA read quantised caches as they are.
  if (load.flash_attention && load.k.name != "f16") {
    Load uncopied = load;
    uncopied.k = uncopied.v = *kv_type("f16");
    least = std::min(least, bytes_by_build(arch, uncopied));
  }
  if (shape.joined > 0 && load.flash_attention && !whole_batch(arch))
    least = std::min(least, 4 * as_double(load.batch) * as_double(shape.joined));
  return least;
}

// What newer CUDA builds may keep of the experts until their sum is done; never seen on a card.
double fused_bytes(const ModelArch& arch, const Load& load) {
  if (!load.cuda || arch.build.llama < LlamaBuild::v0_4_0) return 0;
  // Copies of K and V find fewer holes then.
  const double copies = load.flash_attention && load.k.name != "f16" ? 1.25 : 1;
  return copies * 4 * as_double(load.batch) * as_double(arch.compute.fused);
}

}  // namespace

Bytes mask_bytes(const ModelArch& arch, const Load& load) {
  constexpr double kLargest = 9e17;
  const double bytes = as_double(load.batch) * masked_cells(arch, load) * (load.flash_attention ? 2 : 4);
  return std::llround(std::min(bytes, kLargest));
}

std::optional<ComputeBytes> compute_bytes(const ModelArch& arch, const Load& load) {
  if (arch.layers.empty() || arch.compute.embedding == 0) return std::nullopt;
  const double expected = bytes_by_build(arch, load);
  const double below = std::max({kBandHigh, arch.compute.band, whole_batch(arch) ? kBandOfOlder : 0});
  const double low =
      std::max(least_bytes(arch, load, expected) / (1 + below), least_logits(arch, load) * kExact);
  const double over = (1 + std::max(kFieldExcess, arch.compute.band)) / (1 + kBandLow);
  const double logits = logits_at_worst(arch, load, expected_bytes(arch, load));
  const double high = std::max((expected + fused_bytes(arch, load)) * over, logits / kExact);
  constexpr double kLargest = 9e18;
  if (!(high < kLargest)) return std::nullopt;
  return ComputeBytes{
      .expected = std::llround(expected), .low = std::llround(low), .high = std::llround(high)};
}

}  // namespace ctxcap::memory
