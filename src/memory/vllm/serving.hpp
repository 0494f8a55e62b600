#pragma once
// A start of vLLM from the bottom up: weights, activations, graphs and the blocks that are wanted, and what
// share of a card they come to. vLLM's own share is of the whole card and holds all of these.

#include <optional>
#include <string>

#include "base/result.hpp"
#include "data/budget.hpp"
#include "data/serving.hpp"
#include "data/vllm.hpp"

namespace ctxcap::memory {

// What a dummy run and graphs take beside weights: as logs of cards of 16 to 32 GB have it. No formula is
// known.
inline constexpr Bytes kActivationsLow = Bytes{600} << 20, kActivationsHigh = Bytes{1600} << 20;

// What such a share of a card holds.
VllmShare vllm_share(Bytes total, double share, Bytes weights_on_card);

struct VllmWish {
  std::string model;
  Tokens num_ctx = 0;
  i64 at_once = 1;
  bool at_once_seen = false;
  VllmSettings settings;
  std::optional<Budget> card;
};

// `checkpoint` is described, its caches known or not. Never fails: what is not known is not planned, with a
// note; what would be refused says why.
ServedPlan plan_for_vllm(const Checkpoint& checkpoint, const VllmWish& wish);

}  // namespace ctxcap::memory
