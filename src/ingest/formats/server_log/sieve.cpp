#include "ingest/formats/server_log/sieve.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace ctxcap::ingest::server_log {
namespace {

// A word's text, and where in it three letters stand that are rare in other lines: of every text one of the
// two pairs of them begins at an even place of the log, so that every other place is enough to look at.
struct Spelling {
  Word word;
  std::string_view text;
  std::size_t rare = 0;
};

// What loads.cpp, cuts.cpp, clock.cpp and ServerLog look for, without quotes, which envelopes escape.
constexpr std::array kSpellings = std::to_array<Spelling>({
    {Word::processing, "processing", 5},  // of a task, and that it stops
    {Word::new_prompt, "new prompt", 1},
    {Word::eval_time, "eval time =", 0},
    {Word::context_shift, "context shift", 8},
    {Word::input_truncated, "input truncated", 1},
    {Word::cached, "cached n_tokens", 3},
    {Word::announcement, "print_timing", 3},
    {Word::send_error, "send_error: ", 3},
    {Word::saving_prompt, "saving prompt", 0},
    {Word::cancel_task, "cancel task", 2},
    {Word::slots_idle, "slots are idle", 11},
    {Word::embed, "embed", 1},
    {Word::truncating, "truncating input", 12},
    {Word::cmd, "cmd=", 1},
    {Word::loading_model, "loading model", 6},
    {Word::spawning, "spawning server", 2},
    {Word::loaded_runners, "loaded runners", 8},
    {Word::n_ctx_slot, "n_ctx_slot", 4},
    {Word::template_selection, "template selection", 11},
    {Word::listening, "Listening on ", 0},
    {Word::cleaning_up, "cleaning up", 2},
    {Word::access, "[GIN] 20", 1},  // the time
    {Word::time, "time=20", 3},
    // Text with bytes of its own, which the journal writes as numbers.
    {Word::bytes, "MESSAGE\":[", 5},
    {Word::bytes, "MESSAGE\": [", 5},
    {Word::bytes, "MESSAGE\" : [", 5},
});

// In the order that the machine reads it in.
constexpr std::uint16_t pair_of(char first, char second) {
  return std::bit_cast<std::uint16_t>(std::array{first, second});
}

std::uint16_t pair_at(const char* at) {
  std::uint16_t pair = 0;
  std::memcpy(&pair, at, sizeof pair);
  return pair;
}

// The rare pairs of all words: which there are, and where they stand in which of them.
class Pairs {
 public:
  struct Place {
    std::uint16_t pair = 0;
    std::uint8_t spelling = 0, at = 0;  // spelling: its number plus one; 0: none
  };
  constexpr Pairs() {
    for (std::size_t spelling = 0; spelling < kSpellings.size(); ++spelling) {
      const Spelling& word = kSpellings[spelling];
      for (const std::size_t at : {word.rare, word.rare + 1}) {
        const std::uint16_t pair = pair_of(word.text[at], word.text[at + 1]);
        is_there_[pair] = true;
        std::size_t slot = slot_of(pair);
        while (places_[slot].spelling != 0) slot = (slot + 1) % kSlots;
        places_[slot] = {pair, static_cast<std::uint8_t>(spelling + 1), static_cast<std::uint8_t>(at)};
      }
    }
  }
  bool has(std::uint16_t pair) const { return is_there_[pair]; }
  // visit(spelling, where the pair stands in it) until it returns true.
  template <typename Visit>
  void any(std::uint16_t pair, Visit visit) const {
    for (std::size_t slot = slot_of(pair); places_[slot].spelling != 0; slot = (slot + 1) % kSlots) {
      const Place& place = places_[slot];
      if (place.pair == pair && visit(kSpellings[place.spelling - 1U], place.at)) return;
    }
  }

 private:
  static constexpr std::size_t kSlots = 256;
  static constexpr std::size_t slot_of(std::uint16_t pair) { return (pair * 40'503U >> 7) % kSlots; }

  std::array<bool, 1 << 16> is_there_{};  // of text only a sixth of it is looked at
  std::array<Place, kSlots> places_{};
};
constexpr Pairs kPairs;

bool begins_at(std::string_view text, std::size_t at, std::string_view word) {
  // Most that share a rare pair differ at the first byte.
  return at < text.size() && text[at] == word[0] && text.substr(at, word.size()) == word;
}

// visit(word, where it begins) for each word of the text, until it returns true.
template <typename Visit>
void each_word(std::string_view text, std::size_t from, Visit visit) {
  const auto pair = [&](std::size_t at) { return pair_at(text.data() + at); };
  // Without a branch for each.
  const auto any_of_four = [&](std::size_t at) {
    unsigned found = 0;
    for (std::size_t i = 0; i < 8; i += 2) found |= static_cast<unsigned>(kPairs.has(pair(at + i)));
    return found != 0;
  };
  bool is_over = false;
  for (std::size_t at = from; at + 1 < text.size() && !is_over; at += 2) {
    while (at + 9 < text.size() && !any_of_four(at)) at += 8;
    if (!kPairs.has(pair(at))) continue;
    kPairs.any(pair(at), [&](const Spelling& word, std::size_t rare) {
      if (at < from + rare || !begins_at(text, at - rare, word.text)) return false;
      if (word.word == Word::announcement && !announces(text.substr(at))) return false;
      is_over = visit(word.word, at - rare);
      return is_over;
    });
  }
}

}  // namespace

bool announces(std::string_view line) {
  // Up to what an envelope puts behind it.
  const auto ends = [&](std::size_t at) {
    return at == line.size() || line[at] == '\n' || line[at] == '\\' || line[at] == '"';
  };
  std::size_t at = 0;
  while (!ends(at) && !begins_at(line, at, "task ")) ++at;
  if (ends(at)) return false;
  at += std::string_view("task ").size();
  while (!ends(at) && !(line[at] >= 'a' && line[at] <= 'z')) ++at;
  return ends(at);
}

std::size_t find_word(std::string_view text, std::size_t from) {
  std::size_t found = std::string_view::npos;
  each_word(text, from, [&](Word, std::size_t at) {
    found = at;
    return true;
  });
  return found;
}

Words words_in(std::string_view line) {
  Words words;
  each_word(line, 0, [&](Word word, std::size_t) {
    words.add(word);
    return false;
  });
  return words;
}

}  // namespace ctxcap::ingest::server_log
