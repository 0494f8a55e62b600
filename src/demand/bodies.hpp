#pragma once
// Inside demand/: request bodies against token counts. The server cuts counts, not bodies, so a cut request
// has far more bytes per token than its like.
//
// For a window c the ratio is learned from requests well below it (log-median and MAD, at least 30). A
// request is an outlier when its ratio lies five deviations above, and its bytes make c tokens or more.
// Outliers at the mark of a half-window cut, or in the last 30 % below c, are weighed against how often
// outliers occur below: evidence -ln P(Bin(requests there, outliers + 1 of n + 2 below) >= outliers there).

#include <span>

#include "demand/findings.hpp"

namespace ctxcap::demand {

// Verdict none when bodies say nothing for this window.
Finding explained_by_bodies(std::span<const BodySize> bodies, const Period& period, Tokens num_ctx,
                            std::span<const Tokens> num_keep);

// Whether bodies show that a heap at the mark of a half-window cut is no cut: requests there are as long as
// their counts.
bool refuted_by_bodies(std::span<const BodySize> bodies, const Censoring& censoring);

// The largest prompt, by its bytes, of the requests that `censoring` takes for cut; nullopt without bodies.
std::optional<Tokens> estimated_prompt(std::span<const BodySize> bodies, const Censoring& censoring);

}  // namespace ctxcap::demand
