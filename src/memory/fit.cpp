// What llama.cpp leaves in RAM where a model does not fit its cards: experts before layers, from the front,
// as few as do.

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "memory/backends.hpp"
#include "memory/devices.hpp"
#include "memory/memory.hpp"

namespace ctxcap::memory {
namespace {

constexpr Bytes kTowerMargin = Bytes{1} << 30;

// Most that is missing on a card; at most 0: all stay. `over`: bytes of the interval beyond the estimate.
Bytes missing(const ModelArch& arch, const RuntimeSettings& settings, const Footprint& memory,
              Bytes over = 0) {
  // Beside a projector of a second file as much again is kept.
  const bool tower = arch.projector && memory.projector_compute_bytes.value_or(0) > 0;
  const Bytes margin = settings.margin + (tower ? kTowerMargin : 0) + over;
  if (memory.cards.empty()) return *memory.total_bytes + margin - settings.cards.front();
  Bytes most = 0;
  for (const CardPart& part : memory.cards)
    most = std::max(most, part.total_bytes() + margin - settings.cards[static_cast<std::size_t>(part.card)]);
  return most;
}

// The least of 0 to `most` that holds; `most` where none does.
i64 least(i64 most, const std::function<bool(i64)>& holds) {
  i64 low = 0, high = most;
  while (low < high) {
    const i64 middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

void use_cards(const Budget& budget, RuntimeSettings& settings) {
  settings.cards = budget.room();
  settings.margin = budget.reserve;
  settings.free_vram = std::max<Bytes>(1, *std::max_element(settings.cards.begin(), settings.cards.end()));
}

std::vector<SchedulerCard> scheduler_cards(const Budget& budget, std::string_view name) {
  std::vector<SchedulerCard> cards;
  const Backend* where = backend(name);
  if (where == nullptr || !where->gpu) return cards;
  for (const Card& card : budget.each()) {
    cards.push_back({.name = fmt::format("{}{}", where->library, cards.size()),
                     .library = std::string(where->library),
                     .total = card.total,
                     .driver = card.total - card.usable(),
                     .integrated = where->unified,
                     .static_free = where->unified});
  }
  for (const Tenant& tenant : budget.tenants) cards.front().others += tenant.bytes;
  return cards;
}

std::optional<Fit> fit_of(const ModelArch& arch, const RuntimeSettings& settings, const Footprint& memory) {
  if (settings.cards.empty() || !memory.total_bytes || settings.backend == "cpu") return std::nullopt;
  Fit fit{.missing = std::max<Bytes>(0, missing(arch, settings, memory))};
  // Who said how many layers is taken at his word.
  if (fit.missing == 0 || settings.gpu_layers || settings.cpu_experts > 0) return fit;
  RuntimeSettings less = settings;
  less.fitted = true;
  const auto stays = [&] {
    const Result<Footprint> smaller = footprint(arch, memory.num_ctx, less);
    return smaller && smaller->total_bytes && missing(arch, less, *smaller) <= 0;
  };
  const i64 blocks = blocks_of(arch);
  if (arch.compute.experts > 0 && arch.weights && !arch.weights->blocks.empty()) {
    fit.experts_in_ram = least(blocks, [&](i64 count) {
      less.cpu_experts = count;
      return stays();
    });
    less.cpu_experts = fit.experts_in_ram;
    if (stays()) return fit;
  }
  fit.layers_in_ram = least(blocks + 1, [&](i64 count) {
    less.gpu_layers = blocks + 1 - count;
    return stays();
  });
  return fit;
}

std::optional<Tokens> largest_that_stays(const ModelArch& arch, const RuntimeSettings& settings,
                                         const std::optional<Calibration>& calibration, End end) {
  constexpr Tokens kStep = 256, kMost = Tokens{1} << 24;
  const auto stays = [&](Tokens steps) {
    const Result<Footprint> memory = footprint(arch, steps * kStep, settings, calibration);
    if (!memory || !memory->total_bytes) return false;
    const Bytes over = end == End::upper ? *memory->total_high_bytes - *memory->total_bytes : 0;
    return missing(arch, settings, *memory, over) <= 0;
  };
  const Tokens steps = arch.max_ctx.value_or(kMost) / kStep;
  const Tokens over = least(steps, [&](Tokens below) { return stays(steps - below); });
  return over < steps ? std::optional((steps - over) * kStep) : std::nullopt;
}

}  // namespace ctxcap::memory
