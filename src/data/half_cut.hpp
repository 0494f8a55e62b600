#pragma once
// What Ollama from 0.30.11 on leaves of a prompt that its window does not hold.

#include "base/quantity.hpp"

namespace ctxcap {

// Length of a prompt after the half-window cut. num_keep is 4 unless set, +1 when the tokenizer adds BOS.
constexpr Tokens half_cut(Tokens num_ctx, Tokens num_keep) {
  const Tokens dropped = (num_ctx - num_keep) / 2;
  return num_ctx - (dropped > 1 ? dropped : 1);
}

}  // namespace ctxcap
