#pragma once
// How often each token count occurred: the hot half of a histogram. Counts are appended, and sorted into
// those before them when there are as many; so a count costs a few sequential writes however many of these
// take turns, and memory follows the distinct values. There may be a million of them with one value each, so
// the first value needs no memory of its own.

#include <cstdint>
#include <limits>
#include <vector>

#include "data/histogram.hpp"

namespace ctxcap::ingest {

class Counts {
 public:
  // tokens: 0 .. 4294967295
  void add(Tokens tokens) {
    const auto value = static_cast<std::uint32_t>(tokens);
    if (value == last_.tokens && last_.count != 0 && last_.count != kFull) {
      ++last_.count;
    } else {
      begin(value, 1);
    }
  }
  void add(Tokens tokens, i64 times) { times == 1 ? add(tokens) : add_many(tokens, times); }
  void merge(Counts&& other);
  // The same where many come one after the other, with few values each.
  void take_up(const Counts& other);

  bool empty() const { return last_.count == 0 && fresh_.empty() && settled_.empty(); }

  // Appends (tokens + shift, count) for each, ascending. A value can come twice.
  void append_to(std::vector<Bin>& bins, Tokens shift = 0);

 private:
  struct Entry {
    std::uint32_t tokens = 0;
    std::uint32_t count = 0;
  };
  using Entries = std::vector<Entry>;
  // An entry that cannot count on is left behind, and another one begun for its value.
  static constexpr std::uint32_t kFull = std::numeric_limits<std::uint32_t>::max();

  void add_many(Tokens tokens, i64 times);
  void begin(std::uint32_t tokens, std::uint32_t count);
  void settle();
  static void sort(Entries& entries);
  static Entries merged(const Entries& a, const Entries& b);

  Entry last_;       // the value at hand; count 0: none
  Entries fresh_;    // as they came
  Entries settled_;  // ascending
};

}  // namespace ctxcap::ingest
