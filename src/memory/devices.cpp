#include "memory/devices.hpp"

#include <algorithm>
#include <numeric>

#include "memory/cache.hpp"
#include "memory/compute.hpp"
#include "memory/memory.hpp"
#include "memory/scheduler/prediction.hpp"
#include "memory/total.hpp"

namespace ctxcap::memory {
namespace {

constexpr int kRam = -1;

// Weights by block, and the output layer's behind them; evenly where nobody listed tensors.
std::vector<Bytes> weights_by_unit(const ModelArch& arch, Bytes resident) {
  const auto blocks = static_cast<std::size_t>(blocks_of(arch));
  if (arch.weights->blocks.empty())
    return std::vector<Bytes>(blocks + 1, resident / static_cast<Bytes>(blocks + 1));
  std::vector<Bytes> all(blocks + 1, 0);
  for (std::size_t i = 0; i < std::min(blocks, arch.weights->blocks.size()); ++i)
    all[i] = arch.weights->blocks[i].all;
  all[blocks] = std::max<Bytes>(0, resident - std::accumulate(all.begin(), all.end(), Bytes{0}));
  return all;
}

// Caches of the layers that a part holds; more layers than blocks go round again.
CacheBytes caches_of(const ModelArch& arch, const Load& load, const std::vector<int>& cards, int card) {
  std::vector<Layer> layers;
  const std::size_t blocks = cards.size() - 1;
  for (std::size_t i = 0; i < arch.layers.size(); ++i) {
    if (cards[i % blocks] == card) layers.push_back(arch.layers[i]);
  }
  return cache_bytes(arch, load, layers);
}

// What the compute buffer of a card has beside that of a single one.
struct Extra {
  Bytes expected = 0, high = 0;
};

Extra copies_of_inputs(const ModelArch& arch, const Load& load) {
  constexpr Bytes kCopies = 3,
                  kFloats = 4;  // beside the one that is there; --fit reckons one more at the end
  const Bytes hidden = kFloats * 4 * load.batch * arch.compute.embedding;
  const Bytes expected = kCopies * mask_bytes(arch, load) + hidden;
  return {expected, expected + hidden};
}

// What lies in RAM is copied to the first card batch by batch: experts whole, of other blocks one matrix, at
// most all of it.
Extra copies_of_weights(const ModelArch& arch, const std::vector<int>& cards, i64 cpu_experts) {
  Extra extra;
  const std::vector<BlockWeights>& blocks = arch.weights->blocks;
  for (std::size_t i = 0; i < blocks.size() && i + 1 < cards.size(); ++i) {
    const BlockWeights& block = blocks[i];
    const bool moved = static_cast<i64>(i) < cpu_experts && block.experts > 0;
    if (moved && cards[i] != kRam)
      extra = {std::max(extra.expected, block.fused && cpu_experts > 1 ? block.experts : block.largest),
               std::max(extra.high, block.experts)};
    if (cards[i] != kRam) continue;
    const Bytes matrix = block.experts > 0 ? block.largest : block.all * 3 / 10;
    extra = {std::max(extra.expected, matrix), std::max(extra.high, block.all)};
  }
  return extra;
}

CardPart part_of(const ModelArch& arch, const Load& load, const std::vector<int>& cards,
                 const std::vector<Bytes>& weights, const RuntimeSettings& settings, int card) {
  CardPart part{.card = card};
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (cards[i] != card) continue;
    if (part.layers++ == 0) part.first = static_cast<i64>(i);
    part.weights_bytes += weights[i];
    const bool moved = static_cast<i64>(i) < settings.cpu_experts && i < arch.weights->blocks.size();
    if (moved && card != kRam) part.weights_bytes -= arch.weights->blocks[i].experts;
  }
  const CacheBytes caches = caches_of(arch, load, cards, card);
  part.kv_bytes = caches.kv.value_or(0);
  part.kv_swa_bytes = caches.window.value_or(0);
  part.kv_indexer_bytes = caches.indexer.value_or(0);
  part.rs_bytes = caches.state.value_or(0);
  return part;
}

}  // namespace

i64 blocks_of(const ModelArch& arch) {
  return arch.reckoned.blocks > 0 ? arch.reckoned.blocks : static_cast<i64>(arch.layers.size());
}

std::vector<int> dealt(i64 units, std::span<const double> shares, i64 on_cards) {
  std::vector<int> cards(static_cast<std::size_t>(units), kRam);
  const i64 count = std::clamp<i64>(on_cards, 0, units);
  // In single precision, as llama.cpp does: where a share ends exactly at a layer it decides.
  std::vector<float> ends;
  float sum = 0;
  for (const double share : shares) ends.push_back(sum += static_cast<float>(share));
  for (float& end : ends) end /= sum;
  for (i64 unit = units - count; unit < units; ++unit) {
    const float place = static_cast<float>(unit - (units - count)) / static_cast<float>(count);
    const auto end = std::upper_bound(ends.begin(), ends.end(), place);
    cards[static_cast<std::size_t>(unit)] =
        static_cast<int>(std::min<std::ptrdiff_t>(end - ends.begin(), std::ssize(ends) - 1));
  }
  return cards;
}

std::vector<std::size_t> cards_for(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings) {
  std::vector<std::size_t> all(settings.cards.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (all.size() < 2 || settings.spread) return all;
  const auto most = std::max_element(settings.cards.begin(), settings.cards.end());
  const Bytes file = arch.weights ? arch.weights->stored : 0;
  if (predicted_bytes(as_scheduled("", "", arch, file), total_ctx) > fitting(*most)) return all;
  return {static_cast<std::size_t>(most - settings.cards.begin())};
}

bool is_spread(const RuntimeSettings& settings) {
  return settings.cards.size() > 1 || settings.gpu_layers || settings.cpu_experts > 0;
}

void spread(const ModelArch& arch, const Load& load, std::span<const std::size_t> used,
            const RuntimeSettings& settings, Footprint& result) {
  if (!load.gpu || !result.weights_bytes || !result.compute_bytes || !result.total_bytes) return;
  std::vector<double> shares;
  for (const std::size_t card : used) shares.push_back(static_cast<double>(settings.cards[card]));
  if (shares.empty()) shares.push_back(1);
  const i64 units = blocks_of(arch) + 1;
  const std::vector<int> cards = dealt(units, shares, settings.gpu_layers.value_or(units));
  const std::vector<Bytes> weights = weights_by_unit(arch, *result.weights_bytes);
  const bool whole = std::find(cards.begin(), cards.end(), kRam) == cards.end();
  result.pipelined = shares.size() > 1 && whole && settings.cpu_experts == 0;

  const bool left_in_ram = !settings.fitted && settings.gpu_layers.value_or(units) < units;
  const Overhead overhead = overhead_of(arch, load, settings);
  const CardPart ram = part_of(arch, load, cards, weights, settings, kRam);
  Bytes on_cards = 0, compute = 0, low = 0, high = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    CardPart part = part_of(arch, load, cards, weights, settings, static_cast<int>(i));
    if (part.layers == 0) continue;
    const Extra extra = result.pipelined ? copies_of_inputs(arch, load)
                        : i == 0         ? copies_of_weights(arch, cards, settings.cpu_experts)
                                         : Extra{};
    part.compute_bytes = *result.compute_bytes + extra.expected;
    low += result.pipelined || result.cards.empty() ? *result.compute_low_bytes : 0;
    high += *result.compute_high_bytes + extra.high + overhead.high;
    if (result.pipelined) low += extra.expected;
    low += overhead.low;
    part.overhead_bytes = overhead.usual;
    // The tower goes to the first card, to none beside layers that somebody left in RAM; drafts to that of
    // the last layers.
    if (i == 0 && !left_in_ram)
      part.projector_bytes = result.projector_bytes.value_or(0) + result.projector_compute_bytes.value_or(0);
    if (i + 1 == shares.size())
      part.draft_bytes =
          result.draft_bytes.value_or(0) + result.draft_weights_bytes + result.draft_compute_bytes;
    part.card = used.empty() ? 0 : static_cast<i64>(used[i]);
    compute += part.compute_bytes;
    on_cards += part.total_bytes();
    result.cards.push_back(part);
  }
  // The interval of one card without what it is made of: the error of the weights, a growing tower.
  const Bytes exact = on_cards - compute - overhead.usual * std::ssize(result.cards);
  const Bytes one = *result.total_bytes - *result.compute_bytes - overhead.usual;
  const bool nothing = result.cards.empty();  // all of it is in RAM
  result.total_low_bytes =
      nothing ? 0 : exact + low + (*result.total_low_bytes - *result.compute_low_bytes - overhead.low - one);
  result.total_high_bytes =
      nothing ? 0
              : exact + high + (*result.total_high_bytes - *result.compute_high_bytes - overhead.high - one);
  result.total_bytes = on_cards;
  result.compute_bytes = compute;
  result.overhead_bytes = overhead.usual * std::ssize(result.cards);
  const Bytes on_gpu =
      std::accumulate(result.cards.begin(), result.cards.end(), Bytes{0},
                      [](Bytes sum, const CardPart& part) { return sum + part.weights_bytes; });
  result.ram_bytes =
      *result.weights_bytes - on_gpu + ram.kv_bytes + ram.kv_swa_bytes + ram.kv_indexer_bytes + ram.rs_bytes;
  if (left_in_ram)
    result.ram_bytes += result.projector_bytes.value_or(0) + result.projector_compute_bytes.value_or(0);
  result.weights_bytes = on_gpu;
}

}  // namespace ctxcap::memory
