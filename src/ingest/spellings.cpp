#include "ingest/spellings.hpp"

#include <algorithm>

#include "ingest/formats/cached_usage.hpp"

namespace ctxcap::ingest {
namespace {

// Of one role in the order of preference.
constexpr std::array kSpellings = std::to_array<Spelling>({
    {"prompt_eval_count", Role::prompt},  // the server's own, where others are made of it
    {"prompt_tokens", Role::prompt},
    {"input_tokens", Role::prompt},
    {"promptTokens", Role::prompt},
    {"inputTokens", Role::prompt},
    {"input_length", Role::prompt},
    {"tokens_evaluated", Role::prompt},
    {"ContextTokens", Role::prompt},
    {"input", Role::prompt},
    {"promptTokenCount", Role::prompt},
    {"inputTokenCount", Role::prompt},
    {"prompt_token_count", Role::prompt},
    {"input_token_count", Role::prompt},
    {"promptTokensCount", Role::prompt},
    {"tokensIn", Role::prompt},
    {"tokens_in", Role::prompt},
    {"num_prompt_tokens", Role::prompt},
    {"num_input_tokens", Role::prompt},

    {"eval_count", Role::generation},
    {"completion_tokens", Role::generation},
    {"output_tokens", Role::generation},
    {"completionTokens", Role::generation},
    {"outputTokens", Role::generation},
    {"output_length", Role::generation},
    {"tokens_predicted", Role::generation},
    {"GeneratedTokens", Role::generation},
    {"output", Role::generation},
    {"response_tokens", Role::generation},
    {"generated_tokens", Role::generation},
    {"generation_tokens", Role::generation},
    {"responseTokens", Role::generation},
    {"candidatesTokenCount", Role::generation},
    {"outputTokenCount", Role::generation},
    {"candidates_token_count", Role::generation},
    {"output_token_count", Role::generation},
    {"predictedTokensCount", Role::generation},
    {"tokensOut", Role::generation},
    {"tokens_out", Role::generation},
    {"num_completion_tokens", Role::generation},
    {"num_output_tokens", Role::generation},

    {"cache_read_input_tokens", Role::cache_read},
    {"cacheReadInputTokens", Role::cache_read},
    {"cache_read_tokens", Role::cache_read},
    {"cacheReadTokens", Role::cache_read},
    {"prompt_cache_read_tokens", Role::cache_read},
    {"cacheRead", Role::cache_read},
    {"cache_read", Role::cache_read},
    {"cacheReads", Role::cache_read, Counted::open},
    {"cache_reads", Role::cache_read, Counted::open},
    {"cache_tokens", Role::cache_read},
    {"cached_input_tokens", Role::cache_read, Counted::inside},
    {"cachedInputTokens", Role::cache_read, Counted::inside},
    {"input_cached_tokens", Role::cache_read, Counted::inside},
    {"cached_tokens", Role::cache_read, Counted::inside},
    {"cachedTokens", Role::cache_read, Counted::inside},
    {"cachedContentTokenCount", Role::cache_read, Counted::inside},
    {"cached_content_token_count", Role::cache_read, Counted::inside},

    {"cache_creation_input_tokens", Role::cache_write},
    {"cacheCreationInputTokens", Role::cache_write},
    {"cache_creation_tokens", Role::cache_write},
    {"cacheCreationTokens", Role::cache_write},
    {"cache_write_input_tokens", Role::cache_write},
    {"cache_write_tokens", Role::cache_write},
    {"prompt_cache_write_tokens", Role::cache_write},
    {"cacheWrite", Role::cache_write},
    {"cache_write", Role::cache_write},
    {"cacheWrites", Role::cache_write, Counted::open},
    {"cache_writes", Role::cache_write, Counted::open},

    {"reasoning_tokens", Role::reasoning},
    {"reasoning", Role::reasoning},
    {"reasoningTokens", Role::reasoning},
    {"thoughtsTokenCount", Role::reasoning},
    {"thoughts_token_count", Role::reasoning},

    {"total_tokens", Role::total},
    {"totalTokens", Role::total},
    {"totalTokenCount", Role::total},
    {"total_token_count", Role::total},
    {"total", Role::total},

    {"prompt_n", Role::evaluated},
    {"cache_n", Role::remembered},
    {"predicted_n", Role::predicted},

    {"num_model_requests", Role::calls},
    {"api_requests", Role::calls},
    {"successful_requests", Role::calls},
    {"observationCount", Role::calls},
    {"observation_count", Role::calls},
    {"num_requests", Role::calls},
    {"request_count", Role::calls},
    {"requests", Role::calls},
    {"count", Role::calls},

    {"prompt_per_second", Role::rate},
    {"prompt_tokens_details", Role::details},
    {"input_tokens_details", Role::details},
    {"input_token_details", Role::details},
    {"prompt_token_details", Role::details},
    {"promptTokensDetails", Role::details},
    {"inputTokensDetails", Role::details},
    {"inputTokenDetails", Role::details},
    {"cache", Role::cache},
});

// By their text, for the lookup; and by the top-level keys that are counts.
constexpr auto kSorted = [] {
  std::array<std::uint8_t, kSpellings.size()> sorted{};
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = static_cast<std::uint8_t>(i);
  std::sort(sorted.begin(), sorted.end(),
            [](std::size_t a, std::size_t b) { return kSpellings[a].key < kSpellings[b].key; });
  return sorted;
}();
static_assert(kSpellings.size() < 255);

constexpr auto kOfKey = [] {
  std::array<std::uint8_t, kKeys> of_key{};  // the row's number and 1; 0: no count
  for (std::size_t key = 0; key < kKeys; ++key) {
    for (std::size_t i = 0; i < kSpellings.size(); ++i) {
      if (kSpellings[i].key == kKeySpellings[key] && !is_body(static_cast<Key>(key)))
        of_key[key] = static_cast<std::uint8_t>(i + 1);
    }
  }
  return of_key;
}();

}  // namespace

const Spelling* find_spelling(std::string_view key) {
  const auto found =
      std::lower_bound(kSorted.begin(), kSorted.end(), key,
                       [](std::size_t i, std::string_view text) { return kSpellings[i].key < text; });
  return found != kSorted.end() && kSpellings[*found].key == key ? &kSpellings[*found] : nullptr;
}

const Spelling* spelling_of(Key key) {
  const std::size_t row = kOfKey[static_cast<std::size_t>(key)];
  return row == 0 ? nullptr : &kSpellings[row - 1];
}

const KeySet& count_keys() {
  static constexpr KeySet kCountKeys = [] {
    KeySet keys;
    for (std::size_t key = 0; key < kKeys; ++key) {
      if (kOfKey[key] != 0) keys.add(static_cast<Key>(key));
    }
    return keys;
  }();
  return kCountKeys;
}

void NamedCounts::offer(const Spelling& spelling, Count count) {
  if (!count.tokens && count.reason == Reason::none) return;
  const Best other{count.tokens.value_or(0), &spelling, count.reason, count.tokens.has_value()};
  const Best& best = of(spelling.role);
  const bool is_better = best.spelling == nullptr ||
                         (other.speaks() != best.speaks() ? other.speaks() : &spelling < best.spelling);
  if (is_better) best_[static_cast<std::size_t>(spelling.role)] = other;
  said_ |= bit(spelling.role);
}

void NamedCounts::take(std::string_view key, Value value, Scratch& scratch) {
  if (const Spelling* const spelling = find_spelling(key)) take(*spelling, value, scratch);
}

void NamedCounts::take(const Spelling& spelling, Value value, Scratch& scratch) {
  if (spelling.role == Role::details || spelling.role == Role::cache) {
    value.opened(scratch).each_member([&](std::string_view key, Value part) {
      const Tokens tokens = read_count(part, scratch).tokens.value_or(0);
      if (spelling.role == Role::cache && (key == "read" || key == "write")) {
        offer(*find_spelling(key == "read" ? "cache_read" : "cache_write"), {.tokens = tokens});
      } else if (key == "cached_tokens" || key == "cache_read" || key == "cachedTokens" ||
                 key == "cacheRead") {
        cached_inside_ = std::max(cached_inside_, tokens);
      }
    });
    return;
  }
  if (value.is_object() || value.is_array()) {
    // Words that mean other things elsewhere: "input": [...], "requests": {...}.
    if (spelling.role == Role::prompt && spelling.key != "input")
      offer(spelling, {.reason = Reason::bad_tokens});
    return;
  }
  if (spelling.role == Role::rate) {
    const std::string_view text = trimmed(value.text(scratch));
    has_rate_ = !text.empty() && text.front() != '-';
    return;
  }
  const Count count = read_count(value, scratch);
  if (spelling.role == Role::cache_read && count.reason == Reason::negative_tokens) cache_unknown_ = true;
  const bool matters =
      count.reason == Reason::none || spelling.role == Role::prompt || spelling.role == Role::generation;
  if (matters) offer(spelling, count);
}

void NamedCounts::take_members(Value map, Scratch& scratch) {
  map.opened(scratch).each_member([&](std::string_view key, Value value) { take(key, value, scratch); });
}

// Most rows say no more than prompt and generation, and perhaps their sum: the rule of parts has nothing to
// weigh.
bool NamedCounts::is_plain() const {
  constexpr std::uint32_t kBoth = bit(Role::prompt) | bit(Role::generation);
  const Best &prompt = of(Role::prompt), &generation = of(Role::generation);
  return (said_ | bit(Role::total)) == (kBoth | bit(Role::total)) && prompt.tokens > 0 &&
         generation.has_tokens && of(Role::total).tokens <= prompt.tokens + generation.tokens &&
         cached_inside_ == 0 && !cache_unknown_;
}

Usage NamedCounts::usage() const {
  if (is_plain()) return usage_with(of(Role::prompt).tokens, of(Role::generation).tokens, 0);
  if (of(Role::calls).tokens > 1) return {.reason = Reason::aggregate};
  for (const Role role : {Role::prompt, Role::generation}) {
    if (of(role).reason != Reason::none) return {.reason = of(role).reason};
  }
  const bool has_prompt = of(Role::prompt).tokens + of(Role::cache_read).tokens > 0;
  if (!has_prompt && of(Role::evaluated).tokens > 0) return of_timings();
  if (!has_prompt) return {.reason = of(Role::total).tokens > 0 ? Reason::total_only : Reason::no_usage};
  return of_parts();
}

// What was evaluated is the prompt only together with what was not.
Usage NamedCounts::of_timings() const {
  if (!of(Role::remembered).has_tokens) return {.reason = Reason::partial_prompt};
  const std::optional<Tokens> generation = of(Role::predicted).has_tokens
                                               ? of(Role::predicted).count().tokens
                                               : of(Role::generation).count().tokens;
  return usage_with(of(Role::evaluated).tokens + of(Role::remembered).tokens, generation, 0);
}

Usage NamedCounts::of_parts() const {
  const Best& read = of(Role::cache_read);
  const Best& write = of(Role::cache_write);
  if (cache_unknown_ && has_rate_) return {.reason = Reason::partial_prompt};
  const Tokens beside = read.tokens + write.tokens;
  const auto counted = [](const Best& best) {
    return best.spelling ? best.spelling->counted : Counted::beside;
  };
  const bool is_open = counted(read) == Counted::open || counted(write) == Counted::open;
  const bool is_inside = beside == 0 || counted(read) == Counted::inside;
  Usage usage = usage_with_cache({.input = of(Role::prompt).count(),
                                  .output = of(Role::generation).count(),
                                  .total = of(Role::total).count(),
                                  .cached = {.tokens = std::max(beside, cached_inside_)},
                                  .reasoning = of(Role::reasoning).count(),
                                  .by_name = is_open     ? Cached::unsaid
                                             : is_inside ? Cached::inside
                                                         : Cached::beside,
                                  .reasoning_beside = true});
  // An answer that has not said how long it was; the total may.
  const Tokens total = of(Role::total).tokens;
  if (usage.reason == Reason::none && !usage.generation && total >= usage.prompt)
    return usage_with(usage.prompt, total - usage.prompt, total);
  return usage;
}

}  // namespace ctxcap::ingest
