#pragma once
// THE TABLE of names that senders give to token counts, and what a call's counts say together.
//
// The prompt of a call is all that the model saw, whatever part of it a cache remembered. Some senders count
// the cached part inside of their input (OpenAI, LangChain, Gemini), others beside it (Anthropic, llama.cpp's
// timings and most agents). The name tells the usual way, the numbers what a row does:
//   input + cached + output = total    beside: the prompt is input + cached
//   input + output = total             inside: the prompt is the input
//   cached > input                     beside, whatever the total
//   otherwise                          as the name says; where it leaves that open, beside, with a remark
// Reasoning tokens and the output likewise. A total beyond all parts is the need of the call.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ingest/cached_counts.hpp"
#include "ingest/keys.hpp"
#include "ingest/usage.hpp"

namespace ctxcap::ingest {

enum class Role : std::uint8_t {
  prompt,
  generation,
  cache_read,  // tokens of the prompt that were remembered
  cache_write,
  reasoning,  // beside the generation, unless the total says otherwise
  total,
  evaluated,   // prompt tokens that were not remembered: llama.cpp's prompt_n
  remembered,  // llama.cpp's cache_n
  predicted,
  calls,    // the row is a sum over that many
  rate,     // prompt tokens a second; negative: there were no timings
  details,  // an object that repeats parts of the prompt
  cache,    // {"read":..., "write":...}
  count_,
};

struct Spelling {
  std::string_view key;  // in lower case and without separators: prompttokens
  Role role;
  Counted counted = Counted::beside;  // of cache_read, cache_write and reasoning
};

// In any case and with any separators: prompt_tokens, promptTokens. nullptr: no count.
const Spelling* find_spelling(std::string_view key);
const Spelling* spelling_of(Key key);  // of top-level keys; nullptr: no count
const KeySet& count_keys();            // those that are counts

// Where a sender's habits are known better than its names tell them. The numbers still come first.
struct Habits {
  std::optional<Counted> cached = std::nullopt, reasoning = std::nullopt;
};

// Gathers the counts of one call, from one map or several, in any order.
class NamedCounts {
 public:
  void take(std::string_view key, Value value, Scratch& scratch);
  void take(const Spelling& spelling, Value value, Scratch& scratch);
  // The members of a map; JSON text of one is opened.
  void take_members(Value map, Scratch& scratch);
  // A total that somebody added up from all of the parts.
  void forget_total() { said_ &= ~bit(Role::total); }

  Usage usage(const Habits& habits = {}) const;

 private:
  // Of several spellings the first of the table that says something: null, nothing and 0 do not.
  struct Best {
    Tokens tokens;
    const Spelling* spelling;
    Reason reason;
    bool has_tokens;
    Count count() const { return {has_tokens ? std::optional(tokens) : std::nullopt, reason}; }
    bool speaks() const { return reason != Reason::none || tokens > 0; }
  };
  static constexpr Best kUnsaid{0, nullptr, Reason::none, false};
  static constexpr std::uint32_t bit(Role role) { return std::uint32_t{1} << static_cast<unsigned>(role); }
  const Best& of(Role role) const {
    return (said_ & bit(role)) != 0 ? best_[static_cast<std::size_t>(role)] : kUnsaid;
  }
  bool is_plain() const;
  void offer(const Spelling& spelling, Count count);
  Usage of_timings() const;
  Usage of_parts(const Habits& habits) const;

  std::uint32_t said_ = 0;                                         // bit per Role
  std::array<Best, static_cast<std::size_t>(Role::count_)> best_;  // set where said
  Tokens cached_inside_ = 0;                                       // as details say
  bool has_rate_ = false;                                          // a rate of 0 or more was told
  bool cache_unknown_ = false;                                     // told to be -1
};

// What the members of one map say.
Usage usage_of_members(Value map, Scratch& scratch, const Habits& habits = {});

}  // namespace ctxcap::ingest
