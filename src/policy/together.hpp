#pragma once
// Does Ollama keep loaded what must be resident together, and what would make it?

#include <functional>
#include <span>
#include <vector>

#include "data/budget.hpp"
#include "data/decision.hpp"
#include "data/memory.hpp"

namespace ctxcap::policy {

// A model that must stay loaded.
struct Member {
  LoadRequest request;                     // with the window that it is to have
  const BaseDecision* decision = nullptr;  // what windows were considered; nullptr: none
};

// How the server runs, as far as it decides what is kept.
struct ServerKnobs {
  RuntimeSettings settings;
};

struct Replayed {
  KeptTogether how;
  std::optional<Bytes> bytes;  // of all members; nullopt: unknown
};

// Replays every order of loading; memory's.
using Keeps = std::function<Replayed(std::span<const LoadRequest> requests, const ServerKnobs& knobs)>;

// `members` are two or more. `beside`: what tenants and the reserve take.
TogetherReport check_together(const std::vector<Member>& members, const Budget& budget,
                              const ServerKnobs& knobs, const Keeps& keeps);

std::vector<Warning> together_warnings(const TogetherReport& report);

}  // namespace ctxcap::policy
