#include "memory/scheduler/together.hpp"

#include <algorithm>
#include <numeric>

#include "memory/scheduler/prediction.hpp"

namespace ctxcap::memory {
namespace {

constexpr std::size_t kPermuted = 5;
constexpr std::size_t kOrdersTold = 3;

using Order = std::vector<std::size_t>;

std::vector<Order> orders_of(std::size_t count) {
  Order order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Order> all;
  if (count <= kPermuted) {
    do all.push_back(order);
    while (std::next_permutation(order.begin(), order.end()));
    return all;
  }
  for (std::size_t i = 0; i < count; ++i, std::rotate(order.begin(), order.begin() + 1, order.end()))
    all.push_back(order);
  return all;
}

struct Replay {
  bool clean = true;    // nobody was ever evicted
  bool settled = true;  // nobody in the last round
  std::vector<KeptTogether::Evicts> evictions;
};

// As many rounds as there are models, and one more, are enough to settle: each reload can only be the last of
// its model where the order of those before it is good.
Replay replay(std::span<const LoadRequest> requests, const Order& order, const Server& server,
              AskedFirst asked_first) {
  Scheduler scheduler(server.cards, server.settings, server.takes, asked_first);
  Replay result;
  for (std::size_t round = 0; round < order.size() + 2; ++round) {
    result.settled = true;
    for (const std::size_t index : order) {
      const SchedulerStep step = scheduler.load(requests[index]);
      auto failed = step.attempts.begin();
      for (const Eviction& eviction : step.evicted) {
        result.clean = result.settled = false;
        KeptTogether::Evicts evicts{requests[index].model.name, eviction.model, eviction.reason};
        if (eviction.reason == EvictionReason::memory && failed != step.attempts.end()) {
          evicts.compared = failed->compared();
          evicts.limit = failed->limit();
          ++failed;
        }
        result.evictions.push_back(evicts);
      }
    }
  }
  return result;
}

void note(std::vector<KeptTogether::Evicts>& all, const std::vector<KeptTogether::Evicts>& more) {
  for (const KeptTogether::Evicts& one : more) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const KeptTogether::Evicts& other) {
      return other.loading == one.loading && other.evicts == one.evicts;
    });
    if (!known) all.push_back(one);
  }
}

KeptTogether kept(std::span<const LoadRequest> requests, const Server& server, AskedFirst asked_first) {
  KeptTogether result;
  bool all_clean = true, all_settle = true, some_settle = false;
  for (const Order& order : orders_of(requests.size())) {
    const Replay one = replay(requests, order, server, asked_first);
    all_clean &= one.clean;
    all_settle &= one.settled;
    some_settle |= one.settled;
    note(result.evictions, one.evictions);
    if (!one.clean || result.good_orders.size() >= kOrdersTold) continue;
    std::vector<std::string> names;
    for (const std::size_t index : order) names.push_back(requests[index].model.name);
    result.good_orders.push_back(std::move(names));
  }
  result.keeping = all_clean     ? Keeping::at_once
                   : all_settle  ? Keeping::settles
                   : some_settle ? Keeping::depends
                                 : Keeping::never;
  return result;
}

}  // namespace

KeptTogether kept_together(std::span<const LoadRequest> requests, const Server& server) {
  KeptTogether oldest = kept(requests, server, AskedFirst::oldest);
  KeptTogether newest = kept(requests, server, AskedFirst::newest);
  KeptTogether& worse = newest.keeping > oldest.keeping ? newest : oldest;
  worse.may_differ = newest.keeping != oldest.keeping;
  return worse;
}

bool stays_beside(const LoadAttempt& second, Bytes free, Bytes accounted) {
  constexpr Bytes kWholeMiB = ~((Bytes{1} << 20) - 1);
  return second.compared() <= fitting(std::max<Bytes>(0, (free & kWholeMiB) - accounted));
}

}  // namespace ctxcap::memory
