#pragma once
// Do the logged counts stop at a limit? Ollama reports a prompt *after* cutting it, so a window that was too
// small shows only in the shape of the counts (Ollama 0.33, and what older servers did):
//   half-window-cut   a prompt of c tokens or more becomes exactly T(c, k) = c - max(floor((c - k) / 2), 1)
//   full-window-cut   older servers: it becomes c or c - 1
//   cut-answer        no context shift: generation stops when prompt + generation = c
//   dropped-history   oldest chat messages are dropped until the prompt fits: counts pile up just below c
//   refused-prompt    a prompt was refused, and the server did not say how long it was
//   context-shift     prompt + generation ran past c while early tokens were thrown away
//   truncated-prompt  a prompt was cut, and its true size is known and counted: nothing is hidden
// A heap elsewhere is the client's own limit, or ordinary ties.

#include <optional>
#include <span>
#include <vector>

#include "data/demand.hpp"
#include "data/half_cut.hpp"
#include "data/stats.hpp"

namespace ctxcap::demand {

struct CensoringOptions {
  std::vector<Tokens> windows;     // windows that may have been in force, beside the usual ones
  std::vector<Tokens> num_keep;    // tested beside 4; each also + 1
  std::optional<Tokens> in_force;  // the window that is known to have served these requests
};

// Windows worth testing: those that requests carried, those given, Ollama's defaults, 1024 x {1, 1.5} x 2^n.
// Ascending, each once.
std::vector<Tokens> plausible_windows(const Demand& demand, std::span<const Tokens> given);

// `last_day` is the last day of the period in which the window cut, when later days have prompts above it.
struct CensoringPeriod {
  Censoring censoring;
  std::optional<Day> last_day;
};
CensoringPeriod detect_censoring(const Demand& demand, const CensoringOptions& options);

}  // namespace ctxcap::demand
