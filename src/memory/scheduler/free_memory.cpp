#include "memory/scheduler/free_memory.hpp"

#include <algorithm>
#include <set>

namespace ctxcap::memory {
namespace {

Bytes on(const BytesByCard& bytes, const std::string& card) {
  const auto found = bytes.find(card);
  return found == bytes.end() ? 0 : found->second;
}

const SchedulerCard& card_named(std::span<const SchedulerCard> cards, const std::string& name) {
  return *std::find_if(cards.begin(), cards.end(),
                       [&](const SchedulerCard& card) { return card.name == name; });
}

// The names that a runner's log has for its cards: it sees only those that it was given, and counts them from
// 0 again, so what lies on a card other than the first is looked for under another name.
std::map<std::string, std::string> names_in_log(std::span<const SchedulerCard> cards,
                                                const std::vector<std::string>& given) {
  const bool all_cuda = std::all_of(given.begin(), given.end(), [&](const std::string& name) {
    return card_named(cards, name).library == "CUDA";
  });
  std::map<std::string, int> counted;
  std::map<std::string, std::string> names;
  for (const std::string& name : given) {
    const std::string& library = card_named(cards, name).library;
    const int number = counted[library]++;
    const bool renumbered = given.size() == 1 || all_cuda || library == "ROCm";
    const std::string stem = name.substr(0, name.find_last_not_of("0123456789") + 1);
    names[name] = renumbered ? stem + std::to_string(number) : name;
  }
  return names;
}

// As this runner tells it: what the driver said before it was started, less its own buffers. It does not move
// while the runner lives, whatever other programs do.
Bytes told_by(const Resident& runner, const SchedulerCard& card, bool found_in_log) {
  constexpr Bytes kWholeMiB = ~((Bytes{1} << 20) - 1);  // the log has no fractions
  const Bytes used = on(runner.accounted, card.name);
  const Bytes room = std::max<Bytes>(0, card.total - used);
  if (!found_in_log) return room;
  return std::min(room, std::max<Bytes>(0, (on(runner.free_at_load, card.name) & kWholeMiB) - used));
}

}  // namespace

Bytes driver_free(const SchedulerCard& card, std::span<const Resident> residents) {
  Bytes used = 0;
  if (!card.static_free) {
    for (const Resident& runner : residents) used += on(runner.real, card.name);
  }
  return std::max<Bytes>(0, card.total - card.driver - card.others - used);
}

BytesByCard free_memory(std::span<const SchedulerCard> cards, std::span<const Resident> residents,
                        AskedFirst asked_first) {
  BytesByCard free;
  const bool metal = std::all_of(cards.begin(), cards.end(),
                                 [](const SchedulerCard& card) { return card.library == "Metal"; });
  std::vector<const Resident*> asked;
  for (const Resident& runner : residents) asked.push_back(&runner);
  if (asked_first == AskedFirst::newest) std::reverse(asked.begin(), asked.end());
  for (const Resident* runner : asked) {
    const bool nothing_new = std::all_of(runner->cards.begin(), runner->cards.end(),
                                         [&](const std::string& card) { return free.contains(card); });
    if (metal || nothing_new) continue;
    const auto names = names_in_log(cards, runner->cards);
    for (const std::string& card : runner->cards)
      free[card] = told_by(*runner, card_named(cards, card), names.at(card) == card);
  }
  // Cards that nobody spoke for: all are asked anew.
  const bool all_known = free.size() == cards.size();
  for (const SchedulerCard& card : cards) {
    if (!all_known) free[card.name] = driver_free(card, residents);
    Bytes accounted = 0;
    for (const Resident& runner : residents) accounted += on(runner.accounted, card.name);
    free[card.name] = std::min(free[card.name], std::max<Bytes>(0, card.total - accounted));
  }
  return free;
}

}  // namespace ctxcap::memory
