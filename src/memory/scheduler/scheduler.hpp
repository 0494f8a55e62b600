#pragma once
// Ollama's scheduler (0.30 and later), replayed: which load evicts whom. It knows no clock: time passes by
// pass().
//
//   Scheduler server(cards, settings, takes);
//   const SchedulerStep step = server.load({.model = gemma, .options = {.num_ctx = 8192}});

#include <deque>
#include <functional>
#include <span>

#include "memory/scheduler/free_memory.hpp"

namespace ctxcap::memory {

// What a load would take on the cards it was given, with the window and the batch that were chosen.
using Takes = std::function<LoadTakes(const ScheduledModel& model, const LoadAttempt& attempt,
                                      const BytesByCard& driver_free)>;

// One reckoning, beside `residents`. `asked_ctx` may be automatic; `options` say the rest.
LoadAttempt reckon(const ScheduledModel& model, const LoadOptions& options, Tokens asked_ctx,
                   std::span<const SchedulerCard> cards, const SchedulerSettings& settings,
                   std::span<const Resident> residents, AskedFirst asked_first);

class Scheduler {
 public:
  // Cards must have names of their own.
  Scheduler(std::vector<SchedulerCard> cards, SchedulerSettings settings, Takes takes,
            AskedFirst asked_first = AskedFirst::oldest);

  SchedulerStep load(const LoadRequest& request);
  // A request that was held is done. `weights` of its model.
  SchedulerStep finish(const std::string& weights);
  SchedulerStep pass(i64 milliseconds);
  // As if it had been loaded before.
  void add(Resident runner) { residents_.push_back(std::move(runner)); }
  void others_take(const std::string& card, Bytes bytes);

  const std::vector<Resident>& residents() const { return residents_; }  // oldest first
  Tokens automatic_window() const;

 private:
  struct Waiting {
    LoadRequest request;
    Tokens asked_ctx = 0;  // automatic windows may be lowered once
    bool retried = false;
  };
  enum class Went { on, waits, done };

  Resident* loaded(const std::string& weights);
  void serve(Resident& runner, const LoadRequest& request);
  void expire_idle(EvictionReason reason);
  Went evict(std::size_t index, EvictionReason reason);
  Went step(Waiting& head);
  Went start(Waiting& head, const LoadAttempt& attempt);
  Went retry(Waiting& head);
  SchedulerStep pump();

  std::vector<SchedulerCard> cards_;
  SchedulerSettings settings_;
  Takes takes_;
  AskedFirst asked_first_;
  std::vector<Resident> residents_;
  std::deque<Waiting> queue_;
  std::string leaving_;  // weights of the busy runner that the queue waits for
  EvictionReason leaving_reason_ = EvictionReason::memory;
  SchedulerStep now_;
};

}  // namespace ctxcap::memory
