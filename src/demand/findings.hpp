#pragma once
// Inside demand/: what one window, or a client's own limit, would explain of one period's counts.

#include <span>

#include "demand/censoring.hpp"

namespace ctxcap::demand {

// Evidence is counted in nats: -ln of a chance, or a gain in log-likelihood.
inline constexpr double kBeyondDoubt = 16.1;  // 1e-7: some forty values are tested

// The counts of one period, prepared for testing many windows.
struct Period {
  DayDemand counts;
  Histogram smooth;         // prompts without heaps
  bool open_ended = false;  // no heap at the upper end, and the upper end was reached on several days
  // Requests of unknown generation, and cuts of known size: their prompts may exceed the window.
  i64 not_whole = 0;
};
Period period_of(DayDemand counts, std::span<const Tokens> daily_maxima);

struct Finding {
  Censoring censoring;  // verdict none: this window explains nothing
  double evidence = 0;
};
// stated: the rows themselves, or the server, say that this window was in force. Then nothing else makes
// equal counts at its marks, however far they are from it and whatever lies beyond: three are enough, unless
// the job repeats its prompts.
Finding explained_by(const Period& period, Tokens num_ctx, std::span<const Tokens> num_keep,
                     bool stated = false);

// Values of a prompt that was cut to half a window. num_keep beside 4; each also + 1.
std::vector<Tokens> half_cuts(Tokens num_ctx, std::span<const Tokens> num_keep);

// Prompt + generation beyond a window that was certainly in force.
Finding context_shift(const Period& period, Tokens num_ctx);

// A heap at the upper end of `histogram`. A client that cuts text ends near a number of tokens, not at it, so
// the heap may be spread over a few values.
Censoring client_limit(const Histogram& histogram, const char* kind);

}  // namespace ctxcap::demand
