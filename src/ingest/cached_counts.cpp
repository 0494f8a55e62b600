#include "ingest/cached_counts.hpp"

#include <optional>

namespace ctxcap::ingest {
namespace {

// The two sums as the total has them; nullopt: it is the sum of no parts.
struct Reading {
  Tokens prompt, generation;
};
std::optional<Reading> by_total(const CachedCounts& counts, const Reading& by_name) {
  const Tokens input = counts.input, output = counts.output.value_or(0);
  const Tokens with_cache = input + counts.cached, with_thoughts = output + counts.reasoning.value_or(0);
  for (const Reading& reading : {by_name, Reading{with_cache, output}, Reading{with_cache, with_thoughts},
                                 Reading{input, output}, Reading{input, with_thoughts}}) {
    const bool holds_cache = reading.prompt >= counts.cached;
    if (holds_cache && counts.total > 0 && reading.prompt + reading.generation == counts.total)
      return reading;
  }
  return std::nullopt;
}

}  // namespace

Usage usage_with_cache(const CachedCounts& counts) {
  const Tokens output = counts.output.value_or(0), thoughts = counts.reasoning.value_or(0);
  const bool beside = counts.cached > counts.input || counts.cached_by_name != Counted::inside;
  const bool thought_beside = thoughts > output || counts.reasoning_by_name != Counted::inside;
  const Reading by_name{counts.input + (beside ? counts.cached : 0),
                        output + (thought_beside ? thoughts : 0)};
  const std::optional<Reading> told = by_total(counts, by_name);
  const Reading reading = told.value_or(by_name);
  const bool answered = counts.output || counts.reasoning;
  Usage usage = usage_with(reading.prompt, answered ? std::optional(reading.generation) : std::nullopt, 0);
  if (usage.reason != Reason::none) return usage;
  const bool is_open = counts.cached_by_name == Counted::open && counts.cached <= counts.input;
  if (!told && counts.cached > 0 && is_open) usage.remarks.add(Remark::cache_added);
  if (counts.total > usage.context) {
    usage.context = counts.total;
    usage.remarks.add(Remark::unsplit_tokens);
  }
  return usage;
}

}  // namespace ctxcap::ingest
