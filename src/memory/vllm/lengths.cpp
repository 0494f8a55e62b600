// What one window takes in blocks.

#include <algorithm>
#include <limits>

#include "memory/vllm/vllm.hpp"

namespace ctxcap::memory {
namespace {

i64 blocks_for(i64 tokens, i64 block) {
  return block > 0 ? (tokens + block - 1) / block : 1;
}

// Of one group, for one request. Tokens in flight are in the cache of sliding layers beside the window.
i64 blocks_of(const BlockGroup& group, Tokens length, i64 in_flight) {
  switch (group.kind) {
    case PageKind::full:
    case PageKind::latent:
      return blocks_for(length, group.block_size);
    case PageKind::sliding:
      return blocks_for(std::min(group.window - 1 + in_flight, length), group.block_size) + 1;
    case PageKind::chunked:
      return blocks_for(std::min(group.window + in_flight, length), group.block_size);
    case PageKind::state:
      return group.snapshots;
  }
  return 0;
}

i64 blocks_per_request(const BlockLayout& layout, Tokens length) {
  i64 blocks = 0;
  for (const BlockGroup& group : layout.groups)
    blocks += group.groups * blocks_of(group, length, layout.in_flight);
  return blocks;
}

// Windows that nobody has may be asked for: more than any card, then.
Bytes bytes_of(const BlockLayout& layout, i64 blocks) {
  return checked_mul(blocks, layout.bytes_per_block).value_or(std::numeric_limits<Bytes>::max());
}

bool fits(const BlockLayout& layout, Tokens length, Bytes available) {
  const Bytes kept_back = layout.null_block ? layout.bytes_per_block : 0;
  return bytes_of(layout, blocks_per_request(layout, length)) <= available - kept_back;
}

}  // namespace

std::optional<Tokens> largest_length(const BlockLayout& layout, Bytes available, Tokens most) {
  if (most < 1 || !fits(layout, 1, available)) return std::nullopt;
  Tokens good = 1, bad = most + 1;
  while (bad - good > 1) {
    const Tokens middle = good + (bad - good) / 2;
    (fits(layout, middle, available) ? good : bad) = middle;
  }
  return good;
}

VllmLength vllm_length(const BlockLayout& layout, Tokens max_model_len, std::optional<Bytes> available) {
  VllmLength length{.max_model_len = max_model_len,
                    .blocks_per_request = blocks_per_request(layout, max_model_len)};
  length.needed_bytes = bytes_of(layout, length.blocks_per_request);
  if (!available) return length;
  length.usable = *available - (layout.null_block ? layout.bytes_per_block : 0);
  length.refused = !fits(layout, max_model_len, *available);
  if (*length.refused) {
    length.estimated_len = largest_length(layout, *available, max_model_len).value_or(0);
    return length;
  }
  length.num_blocks = *available / layout.bytes_per_block;
  length.max_concurrency =
      static_cast<double>(*length.num_blocks) / static_cast<double>(length.blocks_per_request);
  return length;
}

Bytes cache_for(const BlockLayout& layout, Tokens max_model_len, i64 requests) {
  const auto blocks = checked_mul(requests, blocks_per_request(layout, max_model_len));
  return bytes_of(layout, blocks.value_or(std::numeric_limits<i64>::max() - 1) + (layout.null_block ? 1 : 0));
}

}  // namespace ctxcap::memory
