#pragma once
// What drafting takes beside the model: a tail of its own blocks, or a second model.

#include <optional>

#include "data/model.hpp"
#include "memory/compute.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

struct DraftBytes {
  Bytes kv = 0;
  Bytes weights = 0;  // of a second model; those of a tail are the model's own
  ComputeBytes compute;
  Bytes process = 0;  // at most, beside what the process takes anyway
};

// What servers of before v0.5.0 cache for such a tail in the model's own context, whether anybody drafts or
// not; some architectures never did. 0 without one.
Bytes unused_tail_bytes(const ModelArch& arch, const Load& load);

// `compute`: the model's own buffer. Nothing where nobody drafts; nullopt: more than 63 bits, or not known.
std::optional<DraftBytes> draft_bytes(const ModelArch& arch, const Load& load, i64 total_ctx,
                                      const RuntimeSettings& settings,
                                      const std::optional<ComputeBytes>& compute);

}  // namespace ctxcap::memory
