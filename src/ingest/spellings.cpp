#include "ingest/spellings.hpp"

#include <algorithm>

namespace ctxcap::ingest {
namespace {

// Of one role in the order of preference. Folded: see find_spelling().
constexpr std::array kSpellings = std::to_array<Spelling>({
    {"promptevalcount", Role::prompt},  // the server's own, where others are made of it
    {"prompttokens", Role::prompt},
    {"inputtokens", Role::prompt},
    {"inputlength", Role::prompt},
    {"tokensevaluated", Role::prompt},
    {"contexttokens", Role::prompt},
    {"input", Role::prompt},
    {"prompttokencount", Role::prompt},
    {"inputtokencount", Role::prompt},
    {"prompttokenscount", Role::prompt},
    {"tokensin", Role::prompt},
    {"numprompttokens", Role::prompt},
    {"numinputtokens", Role::prompt},
    {"prompt", Role::prompt},

    {"evalcount", Role::generation},
    {"completiontokens", Role::generation},
    {"outputtokens", Role::generation},
    {"outputlength", Role::generation},
    {"tokenspredicted", Role::generation},
    {"generatedtokens", Role::generation},
    {"output", Role::generation},
    {"responsetokens", Role::generation},
    {"generationtokens", Role::generation},
    {"candidatestokencount", Role::generation},
    {"outputtokencount", Role::generation},
    {"completiontokencount", Role::generation},
    {"predictedtokenscount", Role::generation},
    {"totaloutputtokens", Role::generation},
    {"tokensout", Role::generation},
    {"numcompletiontokens", Role::generation},
    {"numoutputtokens", Role::generation},
    {"completion", Role::generation},
    {"candidates", Role::generation},

    {"cachereadinputtokens", Role::cache_read},
    {"cachereadtokens", Role::cache_read},
    {"promptcachereadtokens", Role::cache_read},
    {"cacheread", Role::cache_read},
    {"cachereads", Role::cache_read, Counted::open},
    {"cachetokens", Role::cache_read},
    {"cachedinputtokens", Role::cache_read, Counted::inside},
    {"inputcachedtokens", Role::cache_read, Counted::inside},
    {"cachedprompttokens", Role::cache_read, Counted::inside},
    {"promptcachedtokens", Role::cache_read, Counted::inside},
    {"cachedtokens", Role::cache_read, Counted::inside},
    {"cachedtokencount", Role::cache_read, Counted::inside},
    {"cachedcontenttokencount", Role::cache_read, Counted::inside},
    {"cachedinput", Role::cache_read, Counted::inside},
    {"cachedcontent", Role::cache_read, Counted::inside},
    {"cached", Role::cache_read, Counted::inside},

    {"cachecreationinputtokens", Role::cache_write},
    {"cachecreationtokens", Role::cache_write},
    {"promptcachecreationtokens", Role::cache_write},
    {"cachewriteinputtokens", Role::cache_write},
    {"cachewritetokens", Role::cache_write},
    {"promptcachewritetokens", Role::cache_write},
    {"cachewrite", Role::cache_write},
    {"cachewrites", Role::cache_write, Counted::open},
    {"cachecreation", Role::cache_write},
    {"cachecreations", Role::cache_write},

    {"reasoningtokens", Role::reasoning},
    {"reasoningtokencount", Role::reasoning},
    {"reasoningoutputtokens", Role::reasoning, Counted::inside},
    {"thoughtstokencount", Role::reasoning},
    {"thinkingtokens", Role::reasoning},
    {"reasoning", Role::reasoning},
    {"thoughts", Role::reasoning},

    {"totaltokens", Role::total},
    {"totaltokencount", Role::total},
    {"totaltokenscount", Role::total},
    {"total", Role::total},

    {"promptn", Role::evaluated},
    {"cachen", Role::remembered},
    {"predictedn", Role::predicted},

    {"nummodelrequests", Role::calls},
    {"apirequests", Role::calls},
    {"successfulrequests", Role::calls},
    {"observationcount", Role::calls},
    {"numrequests", Role::calls},
    {"requestcount", Role::calls},
    {"requests", Role::calls},
    {"count", Role::calls},

    {"promptpersecond", Role::rate},
    {"prompttokensdetails", Role::details},
    {"inputtokensdetails", Role::details},
    {"inputtokendetails", Role::details},
    {"prompttokendetails", Role::details},
    {"cache", Role::cache},
});

// A key in lower case and without separators, as far as it can be in the table. A single word is taken as it
// is: Langfuse's usage maps are case-sensitive, and "Input" may be anything.
class Folded {
 public:
  constexpr explicit Folded(std::string_view key) {
    bool has_words = false;
    char before = '\0';
    for (const char c : key) {
      const bool is_separator = c == '_' || c == '-' || c == '.', is_upper = c >= 'A' && c <= 'Z';
      has_words = has_words || is_separator || (is_upper && before >= 'a' && before <= 'z');
      before = c;
      if (is_separator) continue;
      if (size_ == kLongest) {
        size_ = 0;  // too long for any
        return;
      }
      text_[size_++] = is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (!has_words && key != text()) size_ = 0;
  }
  constexpr std::string_view text() const { return {text_.data(), size_}; }

 private:
  static constexpr std::size_t kLongest = 28;
  std::array<char, kLongest> text_{};
  std::size_t size_ = 0;
};
static_assert(std::all_of(kSpellings.begin(), kSpellings.end(), [](const Spelling& spelling) {
  return Folded(spelling.key).text() == spelling.key;
}));

// What may be something else than a count, and then says nothing: "cached": true, "prompt": "...".
bool is_word(std::string_view key) {
  if (key == "input" || key == "output") return false;
  for (const std::string_view part : {"token", "count", "length"}) {
    if (key.find(part) != std::string_view::npos) return false;
  }
  return true;
}

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
    const Folded folded(kKeySpellings[key]);
    for (std::size_t i = 0; i < kSpellings.size(); ++i) {
      if (kSpellings[i].key == folded.text() && !is_body(static_cast<Key>(key)))
        of_key[key] = static_cast<std::uint8_t>(i + 1);
    }
  }
  return of_key;
}();

}  // namespace

const Spelling* find_spelling(std::string_view key) {
  const Folded folded(key);
  const auto found =
      std::lower_bound(kSorted.begin(), kSorted.end(), folded.text(),
                       [](std::size_t i, std::string_view text) { return kSpellings[i].key < text; });
  return found != kSorted.end() && kSpellings[*found].key == folded.text() ? &kSpellings[*found] : nullptr;
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
    if (spelling.role == Role::prompt && spelling.key != "input" && !is_word(spelling.key))
      offer(spelling, {.reason = Reason::bad_tokens});
    return;
  }
  if (spelling.role == Role::rate) {
    const std::string_view text = trimmed(value.text(scratch));
    has_rate_ = !text.empty() && text.front() != '-';
    return;
  }
  const Count count = read_count(value, scratch);
  if (spelling.key == "cachetokens" && count.reason == Reason::negative_tokens) {
    cache_unknown_ = true;  // llama-swap's -1
    return;
  }
  const bool is_part = spelling.role == Role::prompt || spelling.role == Role::generation ||
                       spelling.role == Role::cache_read || spelling.role == Role::cache_write;
  if (count.reason == Reason::none || (is_part && !is_word(spelling.key))) offer(spelling, count);
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

Usage NamedCounts::usage(const Habits& habits) const {
  if (is_plain()) return usage_with(of(Role::prompt).tokens, of(Role::generation).tokens, 0);
  if (of(Role::calls).tokens > 1) return {.reason = Reason::aggregate};
  for (const Role role : {Role::prompt, Role::generation, Role::cache_read, Role::cache_write}) {
    if (of(role).reason != Reason::none) return {.reason = of(role).reason};
  }
  const bool has_prompt = of(Role::prompt).tokens + of(Role::cache_read).tokens > 0;
  if (!has_prompt && of(Role::evaluated).tokens > 0) return of_timings();
  if (!has_prompt) return {.reason = of(Role::total).tokens > 0 ? Reason::total_only : Reason::no_usage};
  return of_parts(habits);
}

// What was evaluated is the prompt only together with what was not.
Usage NamedCounts::of_timings() const {
  if (!of(Role::remembered).has_tokens) return {.reason = Reason::partial_prompt};
  const std::optional<Tokens> generation = of(Role::predicted).has_tokens
                                               ? of(Role::predicted).count().tokens
                                               : of(Role::generation).count().tokens;
  return usage_with(of(Role::evaluated).tokens + of(Role::remembered).tokens, generation, 0);
}

Usage NamedCounts::of_parts(const Habits& habits) const {
  if (cache_unknown_ && has_rate_) return {.reason = Reason::partial_prompt};
  const Best& read = of(Role::cache_read);
  const Best& write = of(Role::cache_write);
  const Tokens cached = read.tokens + write.tokens;
  const auto is_open = [](const Best& best) {
    return best.spelling != nullptr && best.spelling->counted == Counted::open;
  };
  // Details stand inside; so does what was read, by most names, and then what was written does.
  const Best& named = read.tokens > 0 ? read : write;
  const Counted by_name = cached == 0                       ? Counted::inside
                          : is_open(read) || is_open(write) ? Counted::open
                                                            : named.spelling->counted;
  const Best& reasoning = of(Role::reasoning);
  Usage usage = usage_with_cache({.input = of(Role::prompt).tokens,
                                  .cached = std::max(cached, cached_inside_),
                                  .output = of(Role::generation).count().tokens,
                                  .reasoning = reasoning.count().tokens,
                                  .total = of(Role::total).tokens,
                                  .cached_by_name = habits.cached.value_or(by_name),
                                  .reasoning_by_name = habits.reasoning.value_or(
                                      reasoning.spelling ? reasoning.spelling->counted : Counted::beside)});
  // An answer that has not said how long it was; the total may.
  const Tokens total = of(Role::total).tokens;
  if (usage.reason == Reason::none && !usage.generation && total >= usage.prompt)
    return usage_with(usage.prompt, total - usage.prompt, total);
  return usage;
}

Usage usage_of_members(Value map, Scratch& scratch, const Habits& habits) {
  NamedCounts counts;
  counts.take_members(map, scratch);
  return counts.usage(habits);
}

}  // namespace ctxcap::ingest
