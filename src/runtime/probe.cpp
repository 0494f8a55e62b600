#include "runtime/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::runtime {
namespace {

// Each text begins with a word of its own, so that no part of it is in the server's prompt cache, and goes on
// with the same few words, so that its tokens grow by the same number with every round.
struct Words {
  const char *first, *second, *third;  // openings of the three prompts
  const char* round;
};
constexpr Words kTexts[] = {
    {"Alpha", "Delta", "Gamma", " red green blue"},
    {"North", "South", "Right", " one two three"},
    {"April", "March", "Frost", " sun rain wind"},
};
constexpr i64 kFewRounds = 8, kMoreRounds = 32;
constexpr double kTolerance = 0.01;  // of the expected count
constexpr Tokens kSlack = 4;         // openings may differ in tokens

std::string text_of(const char* opening, const char* round, i64 rounds) {
  std::string text = opening;
  for (i64 i = 0; i < rounds; ++i) text += round;
  return text;
}

enum class Outcome { whole, cut, unknown };

struct Attempt {
  Outcome outcome = Outcome::unknown;
  Tokens sent = 0, counted = 0;
  std::string note = {};  // of an unknown outcome: what was sent, and what came back
};

Result<Attempt> attempt(Ollama& ollama, const std::string& model, const Words& words, Tokens aim) {
  TRY_ASSIGN(const auto few, ollama.count_prompt(model, text_of(words.first, words.round, kFewRounds)));
  TRY_ASSIGN(const auto more, ollama.count_prompt(model, text_of(words.second, words.round, kMoreRounds)));
  if (!few || !more || *few <= 0)
    return Attempt{.note = "two short prompts were sent, and no answer carried a count"};
  // Every round has the same tokens, a whole number; openings may differ by a token or two.
  constexpr i64 kSpan = kMoreRounds - kFewRounds;
  const Tokens per_round = (*more - *few + kSpan / 2) / kSpan;
  if (per_round <= 0 || std::abs(*more - *few - per_round * kSpan) > kSlack)
    return Attempt{.note =
                       "the counts of short prompts do not grow with their length, so no long one was sent"};
  const Tokens opening = *few - per_round * kFewRounds;
  const i64 rounds = (aim - opening) / per_round;
  if (rounds <= kMoreRounds)
    return Attempt{.note = "no long prompt was sent: the window is too small to tell"};
  const Tokens sent = opening + per_round * rounds;
  TRY_ASSIGN(const auto counted, ollama.count_prompt(model, text_of(words.third, words.round, rounds)));
  if (!counted) {
    return Attempt{.note =
                       fmt::format("a prompt of about {} tokens was sent, and its answer carried no count",
                                   with_commas(sent))};
  }
  const Tokens missing = sent - *counted;
  const Tokens allowed = std::max(kSlack, static_cast<Tokens>(kTolerance * static_cast<double>(sent)));
  return Attempt{missing > allowed ? Outcome::cut : Outcome::whole, sent, *counted};
}

Error cut(const Variant& variant, const Attempt& attempt) {
  const std::string counted = attempt.counted == 0
                                  ? "the server refused it as too long"
                                  : fmt::format("the server read {} of them", with_commas(attempt.counted));
  return {.kind = ErrorKind::unverified,
          .what = printable(variant.name) + " does not take the prompts that its window promises",
          .why = fmt::format("a prompt of about {} tokens was sent to a window of {}, {}",
                             with_commas(attempt.sent), with_commas(variant.num_ctx), counted),
          .hint = "look into the log of the Ollama server for \"truncating input prompt\""};
}

}  // namespace

Status probe(Ollama& ollama, const Variant& variant, double share, Verification& seen) {
  const auto aim = static_cast<Tokens>(share * static_cast<double>(variant.num_ctx));
  Attempt last_cut;
  std::string note;
  for (const Words& words : kTexts) {
    TRY_ASSIGN(const Attempt tried, attempt(ollama, variant.name, words, aim));
    if (tried.outcome == Outcome::whole) {
      seen.probe_tokens = tried.counted;
      return {};
    }
    if (tried.outcome == Outcome::cut) last_cut = tried;
    if (tried.outcome == Outcome::unknown) note = tried.note;
  }
  if (last_cut.sent > 0) return fail(cut(variant, last_cut));
  seen.notes.push_back(note + ": whether the window takes a long prompt was not tested");
  return {};
}

}  // namespace ctxcap::runtime
