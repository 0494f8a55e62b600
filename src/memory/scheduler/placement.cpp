#include "memory/scheduler/placement.hpp"

#include <algorithm>

#include "memory/scheduler/prediction.hpp"

namespace ctxcap::memory {
namespace {

using Group = std::vector<const SchedulerCard*>;

Bytes free_of(const SchedulerCard& card, const Supply& supply) {
  const Bytes free = supply.free.at(card.name);
  return card.integrated && supply.system_free > 0 ? std::min(free, supply.system_free) : free;
}

Bytes free_of(const Group& group, const Supply& supply) {
  Bytes shared = 0, own = 0;
  for (const SchedulerCard* card : group) (card->integrated ? shared : own) += supply.free.at(card->name);
  return own + (supply.system_free > 0 ? std::min(shared, supply.system_free) : shared);
}

std::vector<Group> by_library(std::span<const SchedulerCard> cards) {
  std::vector<Group> groups;
  for (const SchedulerCard& card : cards) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.front()->library == card.library;
    });
    if (same == groups.end()) {
      groups.push_back({&card});
    } else {
      same->push_back(&card);
    }
  }
  return groups;
}

// Discrete before integrated, then the one with more free.
const SchedulerCard* better(const SchedulerCard* best, const SchedulerCard* other, const Supply& supply) {
  if (best == nullptr) return other;
  if (best->integrated != other->integrated) return best->integrated ? other : best;
  return free_of(*other, supply) > free_of(*best, supply) ? other : best;
}

}  // namespace

Placement place(std::span<const SchedulerCard> cards, const Supply& supply, Bytes predicted,
                const LoadOptions& options, bool spread) {
  if (options.num_gpu == 0 || cards.empty()) return {};
  const std::vector<Group> groups = by_library(cards);
  const auto alone = [&](const SchedulerCard* card) {
    return Placement{.cards = {card}, .available = free_of(*card, supply)};
  };
  if (cards.size() == 1) return {.cards = groups.front(), .available = free_of(groups.front(), supply)};
  const SchedulerCard* best = nullptr;
  if (options.main_gpu) {
    const auto index = static_cast<std::size_t>(*options.main_gpu);
    for (const Group& group : groups) {
      if (index < group.size()) best = better(best, group[index], supply);
    }
    if (best != nullptr) return alone(best);
  }
  // A large batch's surcharge is not looked at here, but it is before the load.
  for (const Group& group : groups) {
    for (const SchedulerCard* card : group) {
      if (!spread && predicted > 0 && predicted <= fitting(free_of(*card, supply)))
        best = better(best, card, supply);
    }
  }
  if (best != nullptr) return alone(best);
  const auto most = std::max_element(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    return free_of(a, supply) < free_of(b, supply);
  });
  return {.cards = *most, .available = free_of(*most, supply)};
}

}  // namespace ctxcap::memory
