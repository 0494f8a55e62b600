#pragma once
// Do models that are used in turn stay loaded beside each other? Answered by replaying every order of
// loading.

#include <span>

#include "memory/scheduler/scheduler.hpp"

namespace ctxcap::memory {

// What is loaded, and how often each order is gone through.
struct Server {
  std::vector<SchedulerCard> cards;
  SchedulerSettings settings;
  Takes takes;
};

// Of more than five models only rotations of the given order are tried.
KeptTogether kept_together(std::span<const LoadRequest> requests, const Server& server);

// The closed form for two models on one card, where nothing else is loaded: does `second` stay beside
// `first`? `free`: of the empty card, `accounted`: what the server counts of `first` once it is loaded.
bool stays_beside(const LoadAttempt& second, Bytes free, Bytes accounted);

}  // namespace ctxcap::memory
