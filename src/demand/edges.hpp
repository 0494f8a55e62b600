#pragma once
// Does a distribution end at a wall? The tail above a high order statistic u is compared under these models,
// for x = (value - u) / (c - u), which lies in 0..1 when nothing reaches the window c:
//   open      exponential without an end:     (1/b) exp(-x/b)
//   walled    exponential cut off at c:       t exp(-t x) / (1 - exp(-t)), t of any sign
//   overflow  exponential whose part beyond c was moved into the last share m below it: dropped messages
// Far out every light tail is exponential (Pickands 1975, Ann. Stat. 3:119, xi = 0) and heavier ones reach
// further still, so "open" is the hypothesis that is hardest to beat. By the generalised likelihood ratio;
// the thresholds in findings.cpp come from simulation, not from an asymptotic law.

#include "data/histogram.hpp"

namespace ctxcap::demand {

// Nats by which "the requests end at num_ctx although they need not" beats "open", over several lengths of
// tail; 0 when the largest value is oddly far from the window. `histogram` is not empty and holds nothing
// at or above num_ctx, and no heaps (see without_heaps): a heap is no wall.
struct Wall {
  double walled = 0;
  double overflow = 0;
  double distance = 0;  // -ln of the chance that a dozen even values leave so wide a gap below num_ctx
};
Wall wall_at(const Histogram& histogram, Tokens num_ctx);

// The upper half of the requests, at most the last half window.
struct Pile {
  Tokens start = 0;   // where the denser part below num_ctx begins; without one, where the half begins
  double gain = 0;    // nats by which two densities beat one; 0 when no part is denser
  bool even = false;  // spread evenly up to the largest (Kolmogorov-Smirnov): such a job has to end
                      // somewhere, and that this is just below some window says little
};
Pile pile_below(const Histogram& histogram, Tokens num_ctx);

}  // namespace ctxcap::demand
