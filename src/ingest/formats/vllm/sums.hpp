#pragma once
// Inside vllm/: what two histograms say of the sums of their pairs when nobody knows who belongs to whom.

#include "data/histogram.hpp"

namespace ctxcap::ingest::vllm {

// For every length at least as many sums above it as any pairing of the two could have: of the sums above
// a + b, one part is above a or the other above b. Both hold equally many.
Histogram largest_sums(const Histogram& a, const Histogram& b);

}  // namespace ctxcap::ingest::vllm
