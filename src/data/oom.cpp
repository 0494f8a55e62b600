#include "data/oom.hpp"

namespace ctxcap {

std::optional<ToldBytes> OomText::held() const {
  if (process) return process;
  if (reserved) return reserved;
  if (!allocated) return std::nullopt;
  const ToldBytes more = unallocated.value_or(ToldBytes{});
  return ToldBytes{allocated->bytes + more.bytes, allocated->slack + more.slack};
}

}  // namespace ctxcap
