// One load's reckoning: its window, its cards, its batch, and whether it fits.

#include <algorithm>

#include "memory/scheduler/placement.hpp"
#include "memory/scheduler/prediction.hpp"
#include "memory/scheduler/reload.hpp"
#include "memory/scheduler/scheduler.hpp"

namespace ctxcap::memory {
namespace {

// RAM that is left, for cards that share it; 0: not known.
Bytes system_left(std::span<const SchedulerCard> cards, Bytes system_free,
                  std::span<const Resident> residents) {
  for (const SchedulerCard& card : cards) {
    if (!card.integrated) continue;
    for (const Resident& runner : residents) {
      const auto found = runner.real.find(card.name);
      if (found != runner.real.end()) system_free -= found->second;
    }
  }
  return std::max<Bytes>(0, system_free);
}

BatchChoice batch_choice(const ScheduledModel& model, const Placement& placement, const BytesByCard& free,
                         const SchedulerSettings& settings) {
  BatchChoice choice{.completion = model.completion, .available = placement.available};
  constexpr Bytes kSmallCard = Bytes{8} << 30;
  for (const SchedulerCard* card : placement.cards) {
    if (card->library != "CUDA") continue;
    const bool off = settings.flash_attention ? !*settings.flash_attention : card->no_flash_attention;
    choice.cuda_without_flash_attention |= off;
    const Bytes room = free.at(card->name) > 0 ? std::min(free.at(card->name), card->total) : card->total;
    choice.small_card |= room <= kSmallCard;
  }
  return choice;
}

}  // namespace

LoadAttempt reckon(const ScheduledModel& model, const LoadOptions& options, Tokens asked_ctx,
                   std::span<const SchedulerCard> cards, const SchedulerSettings& settings,
                   std::span<const Resident> residents, AskedFirst asked_first) {
  LoadAttempt attempt{.model = model.name};
  attempt.parallel = !model.completion || model.one_slot ? 1 : std::max<i64>(1, settings.parallel);
  attempt.total_ctx = window_of(model, asked_ctx) * attempt.parallel;
  attempt.predicted = predicted_bytes(model, attempt.total_ctx);

  const BytesByCard free = free_memory(cards, residents, asked_first);
  const Supply supply{.free = free, .system_free = system_left(cards, settings.system_free, residents)};
  const Placement placement = place(cards, supply, attempt.predicted, options, settings.spread);
  attempt.available = placement.available;
  for (const SchedulerCard* card : placement.cards) attempt.cards.push_back(card->name);

  BatchChoice choice = batch_choice(model, placement, free, settings);
  choice.asked_ctx = asked_ctx;
  choice.total_ctx = attempt.total_ctx;
  choice.predicted = attempt.predicted;
  attempt.num_batch = options.num_batch ? *options.num_batch : chosen_batch(choice);
  attempt.surcharge = batch_surcharge(model.completion, attempt.num_batch);

  // All layers but the output's are taken at their word, and so is the first model.
  const i64 layers = options.num_gpu.value_or(-1);
  if (layers >= 0) attempt.num_gpu = layers;
  attempt.checked = !residents.empty() && !placement.cards.empty() && !(layers > 0 && layers <= model.blocks);
  attempt.fits = !attempt.checked || attempt.compared() <= attempt.limit();
  return attempt;
}

}  // namespace ctxcap::memory
