#pragma once
// Token counts of one call: reading single counts, and the rules by which a usage map becomes prompt and
// generation.

#include <optional>

#include "base/quantity.hpp"
#include "ingest/json_text.hpp"
#include "ingest/reasons.hpp"

namespace ctxcap::ingest {

// No model server reports more; larger values are sums, sizes or garbage.
inline constexpr Tokens kLargestCount = 2'147'483'647;

// What a count's text says. `reason` is none for a usable number and for nothing at all (null, "", absent).
struct Count {
  std::optional<Tokens> tokens;
  Reason reason = Reason::none;
};

// What nearly every count is: so few digits that nothing can overflow, nor be more than kLargestCount. The library's
// way takes three times as long.
inline std::optional<Tokens> few_digits(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  Tokens number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// What read_count() says of what is not a few digits.
Count read_odd_count(Value value, Scratch& scratch);

// A whole number, written as number, digit string, or with a fraction of zeros ("69.0": pandas).
inline Count read_count(Value value, Scratch& scratch) {
  if (const auto plain = few_digits(value.raw())) return {.tokens = plain};
  return read_odd_count(value, scratch);
}

struct Usage {
  Tokens prompt = 0;
  std::optional<Tokens> generation;  // nullopt: unknown
  Tokens context = 0;                // tokens of prompt and generation together; at least their sum
  Reason reason = Reason::no_usage;  // none: usable
  Remarks remarks;
  Tokens cut_by = 0;  // of a truncated prompt: the window that cut it; 0: that of the call, or unknown

  // Another place of the row may say more.
  bool is_unsaid() const { return reason == Reason::no_usage || reason == Reason::total_only; }
};

// A usage map: Langfuse's usageDetails, an OpenAI usage object, or an Ollama answer's counts in one object.
// Let A be the sum of the keys that contain "input", O of those that contain "output", T the total, i and o
// the plain "input" and "output". Then
//   no A or O, but OpenAI's or Ollama's own keys   their values; a total there may be doubled and is ignored
//   A + O within 1 % of T, or no T                 prompt A, generation O (cached tokens are part of the
//   prompt) A + O > T and i + o = T                        the sender's input includes the cached ones:
//   prompt i, generation o A + O > T otherwise                            ambiguous A + O < T prompt A,
//   generation O, and T together only T                                         total-only
// A prompt of 0 is unknown, never a measurement.
Usage read_usage(Value map, Scratch& scratch);

// From counts that are known to be what they are called; context: at least so many tokens together (0: their
// sum).
Usage usage_with(Tokens prompt, std::optional<Tokens> generation, Tokens context);

// The same from separate counts, each with its own reason.
Usage usage_of(Count prompt, Count generation);

}  // namespace ctxcap::ingest
