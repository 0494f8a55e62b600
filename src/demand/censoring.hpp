#pragma once
// Do the logged counts stop at a limit? Ollama reports a prompt *after* cutting it, so a window that was too
// small shows only in the shape of the counts (Ollama 0.33, and what older servers did):
//   half-window-cut   a prompt of c tokens or more becomes exactly T(c, k) = c - max(floor((c - k) / 2), 1)
//   full-window-cut   older servers: it becomes c or c - 1
//   cut-answer        no context shift: generation stops when prompt + generation = c
//   dropped-history   oldest chat messages are dropped until the prompt fits: counts pile up just below c
//   context-shift     prompt + generation ran past c while early tokens were thrown away
// A heap elsewhere is the client's own limit, or ordinary ties.

#include <span>
#include <vector>

#include "data/demand.hpp"
#include "data/stats.hpp"

namespace ctxcap::demand {

// Length of a prompt after the half-window cut. num_keep is 4 unless set, +1 when the tokenizer adds BOS.
constexpr Tokens half_cut(Tokens num_ctx, Tokens num_keep) {
  const Tokens dropped = (num_ctx - num_keep) / 2;
  return num_ctx - (dropped > 1 ? dropped : 1);
}

// Windows that may have been in force: those given, those that requests carried, Ollama's defaults, and
// 1024 x {1, 1.5} x 2^n. Ascending, each once.
std::vector<Tokens> plausible_windows(const Demand& demand, std::span<const Tokens> given);

// `windows` as from plausible_windows; `num_keep`: values to test beside 4 and 5.
Censoring detect_censoring(const DayDemand& pooled, std::span<const Tokens> windows,
                           std::span<const Tokens> num_keep);

}  // namespace ctxcap::demand
