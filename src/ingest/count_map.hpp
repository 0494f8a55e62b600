#pragma once
// How often each token count occurred: the hot half of a histogram. Open addressing, one cache line per hit;
// sorted into a Histogram once, at the end.

#include <cstdint>
#include <vector>

#include "data/histogram.hpp"

namespace ctxcap::ingest {

class CountMap {
 public:
  // tokens: 0 .. 4294967294
  void add(Tokens tokens, i64 count = 1) {
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = find(static_cast<std::uint32_t>(tokens));
    if (slot.count == 0) {
      slot.tokens = static_cast<std::uint32_t>(tokens);
      ++used_;
    }
    slot.count += count;
  }

  void merge(const CountMap& other) {
    for (const Slot& slot : other.slots_) {
      if (slot.count != 0) add(slot.tokens, slot.count);
    }
  }

  bool empty() const { return used_ == 0; }

  // Appends (tokens + shift, count) for each, in no order.
  void append_to(std::vector<Bin>& bins, Tokens shift = 0) const {
    for (const Slot& slot : slots_) {
      if (slot.count != 0) bins.push_back({Tokens{slot.tokens} + shift, slot.count});
    }
  }

 private:
  struct Slot {
    std::uint32_t tokens = 0;
    i64 count = 0;  // 0: empty slot
  };

  Slot& find(std::uint32_t tokens) {
    const std::size_t mask = slots_.size() - 1;
    // Fibonacci hashing: neighbouring counts, which are the rule, spread over the table.
    std::size_t at = (tokens * std::uint64_t{0x9E3779B97F4A7C15} >> 32) & mask;
    while (slots_[at].count != 0 && slots_[at].tokens != tokens) at = (at + 1) & mask;
    return slots_[at];
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.count != 0) find(slot.tokens) = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two
  std::size_t used_ = 0;
};

}  // namespace ctxcap::ingest
