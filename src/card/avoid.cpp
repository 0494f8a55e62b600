// What would have kept a tenant from running out of memory.

#include "card/card.hpp"

namespace ctxcap::card {

std::optional<Tokens> window_that_leaves(Bytes missing, Tokens num_ctx,
                                         const std::function<std::optional<Bytes>(Tokens)>& bytes) {
  constexpr Tokens kGrid = 256;  // llama.cpp pads to it
  const std::optional<Bytes> now = bytes(num_ctx);
  const auto leaves = [&](Tokens step) {
    const std::optional<Bytes> then = bytes(step * kGrid);
    return now && then && *now - *then >= missing;
  };
  Tokens enough = 0, too_many = (num_ctx + kGrid - 1) / kGrid;
  while (too_many - enough > 1) {
    const Tokens middle = enough + (too_many - enough) / 2;
    (leaves(middle) ? enough : too_many) = middle;
  }
  return enough > 0 ? std::optional(enough * kGrid) : std::nullopt;
}

}  // namespace ctxcap::card
