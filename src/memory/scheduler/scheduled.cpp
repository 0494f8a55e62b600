#include "memory/memory.hpp"

namespace ctxcap::memory {

ScheduledModel as_scheduled(std::string name, std::string weights, const ModelArch& arch, Bytes file_bytes) {
  const Reckoned& file = arch.reckoned;
  const i64 head = file.heads > 0 ? file.embedding / file.heads : 0;
  i64 per_token = 4;
  for (const i64 factor : {file.blocks, file.kv_heads, head})
    per_token = checked_mul(per_token, factor).value_or(INT64_MAX);
  return {.name = std::move(name),
          .weights = std::move(weights),
          .file_bytes = file_bytes,
          .bytes_per_token = per_token,
          .blocks = file.blocks,
          .trained_ctx = arch.max_ctx,
          .completion = arch.completion,
          .vision = arch.vision,
          .one_slot = arch.one_slot};
}

}  // namespace ctxcap::memory
