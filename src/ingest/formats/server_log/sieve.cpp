#include "ingest/formats/server_log/sieve.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace ctxcap::ingest::server_log {
namespace {

// A word, and where in it three letters stand that are rare in other lines: of every word one of the two
// pairs of them begins at an even place of the text, so that every other place is enough to look at.
struct Word {
  std::string_view text;
  std::size_t rare = 0;
};

// What loads.cpp, cuts.cpp, clock.cpp and ServerLog look for, without quotes, which envelopes escape.
constexpr std::array kWords = std::to_array<Word>({
    {"processing", 5},  // of a task, and that it stops
    {"new prompt", 1},
    {"eval time =", 0},
    {"context shift", 8},
    {"input truncated", 1},
    {"cached n_tokens", 3},
    {"print_timing", 3},
    {"send_error: ", 3},
    {"saving prompt", 0},
    {"cancel task", 2},
    {"slots are idle", 11},
    {"embed", 1},
    {"truncating input", 12},
    {"cmd=", 1},
    {"loading model", 6},
    {"spawning server", 2},
    {"loaded runners", 8},
    {"n_ctx_slot", 4},
    {"template selection", 11},
    {"Listening on ", 0},
    {"cleaning up", 2},
    {"[GIN] 20", 1},  // the time
    {"time=20", 3},
    // Text with bytes of its own, which the journal writes as numbers.
    {"MESSAGE\":[", 5},
    {"MESSAGE\": [", 5},
    {"MESSAGE\" : [", 5},
});

constexpr std::uint16_t pair_of(char first, char second) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(first) |
                                    static_cast<unsigned>(static_cast<unsigned char>(second)) << 8);
}

// The rare pairs of all words: a bit for each that there is, and where it stands in which words.
class Pairs {
 public:
  struct Place {
    std::uint16_t pair = 0;
    std::uint8_t word = 0, at = 0;  // word: its number plus one; 0: none
  };
  constexpr Pairs() {
    for (std::size_t word = 0; word < kWords.size(); ++word) {
      for (const std::size_t at : {kWords[word].rare, kWords[word].rare + 1}) {
        const std::uint16_t pair = pair_of(kWords[word].text[at], kWords[word].text[at + 1]);
        bits_[pair >> 6] |= std::uint64_t{1} << (pair & 63);
        std::size_t slot = slot_of(pair);
        while (places_[slot].word != 0) slot = (slot + 1) % kSlots;
        places_[slot] = {pair, static_cast<std::uint8_t>(word + 1), static_cast<std::uint8_t>(at)};
      }
    }
  }
  bool has(std::uint16_t pair) const { return (bits_[pair >> 6] >> (pair & 63) & 1) != 0; }
  // visit(word, where the pair stands in it) until it returns true.
  template <typename Visit>
  bool any(std::uint16_t pair, Visit visit) const {
    for (std::size_t slot = slot_of(pair); places_[slot].word != 0; slot = (slot + 1) % kSlots) {
      const Place& place = places_[slot];
      if (place.pair == pair && visit(kWords[place.word - 1U], place.at)) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kSlots = 256;
  static constexpr std::size_t slot_of(std::uint16_t pair) { return (pair * 40'503U >> 7) % kSlots; }

  std::array<std::uint64_t, 1024> bits_{};
  std::array<Place, kSlots> places_{};
};
constexpr Pairs kPairs;

std::uint16_t pair_at(const char* at) {
  return pair_of(at[0], at[1]);
}

// Where the word begins that has a rare pair at `at`; npos: none has.
std::size_t word_at(std::string_view text, std::size_t at) {
  std::size_t found = std::string_view::npos;
  kPairs.any(pair_at(text.data() + at), [&](const Word& word, std::size_t rare) {
    if (at < rare || text.substr(at - rare, word.text.size()) != word.text) return false;
    if (word.text == "print_timing" && !announces(text.substr(at))) return false;
    found = at - rare;
    return true;
  });
  return found;
}

}  // namespace

bool announces(std::string_view line) {
  line = line.substr(0, line.find_first_of("\n\\\""));  // what an envelope puts behind it
  const std::size_t task = line.find("task ");
  if (task == std::string_view::npos) return false;
  return line.find_first_of("abcdefghijklmnopqrstuvwxyz", task + 5) == std::string_view::npos;
}

std::size_t find_word(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at + 1 < text.size(); at += 2) {
    if (!kPairs.has(pair_at(text.data() + at))) continue;
    const std::size_t word = word_at(text, at);
    if (word != std::string_view::npos && word >= from) return word;
  }
  return std::string_view::npos;
}

}  // namespace ctxcap::ingest::server_log
