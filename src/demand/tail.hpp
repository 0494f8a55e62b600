#pragma once
// Peaks over threshold: a generalised Pareto tail by maximum likelihood, with a profile-likelihood limit for
// the level exceeded with probability p (Davison & Smith 1990, JRSS B 52:393; Coles, An Introduction to
// Statistical Modeling of Extreme Values, Springer 2001, ch. 4). With zeta = excesses / n:
//   x_p = u + scale / shape ((p / zeta)^-shape - 1)
// Limits of this kind are too low as often as not at moderate n (Belzile & Davison 2022, Ann. Appl. Stat.),
// so the fit is a warning light: it never lowers a window.

#include <optional>

#include "data/stats.hpp"

namespace ctxcap::demand {

// The tail above the largest tenth of the needs, 50 to 200 requests. nullopt: fewer than 500 requests, or so
// many ties in the tail that it is no continuum. risk and confidence in 0..1, exclusive.
std::optional<TailFit> fit_tail(const Histogram& need, double risk, double confidence);

}  // namespace ctxcap::demand
