#include "ingest/refusals.hpp"

namespace ctxcap::ingest {

Usage usage_of(const Refusal& refusal) {
  if (refusal.prompt && !refusal.is_floor) {
    Usage usage = usage_with(*refusal.prompt, std::nullopt, 0);
    usage.remarks.add(Remark::refused_prompt);
    return usage;
  }
  const Tokens beyond = refusal.limit ? *refusal.limit + 1 : 0;
  if (!refusal.prompt && beyond == 0) return {.reason = Reason::refused};
  Usage usage = usage_with(refusal.prompt.value_or(beyond), std::nullopt, beyond);
  usage.remarks.add(Remark::refused_floor);
  return usage;
}

std::optional<Usage> refused_usage(std::string_view message) {
  const auto refusal = refusal_of(message);
  return refusal ? std::optional(usage_of(*refusal)) : std::nullopt;
}

}  // namespace ctxcap::ingest
