#pragma once
// How often each token count occurred: the hot half of a histogram. Open addressing, one cache line per hit;
// sorted into a Histogram once, at the end. There may be a million of them with one value each, so the first
// value needs no table.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "data/histogram.hpp"

namespace ctxcap::ingest {

class CountMap {
 public:
  // tokens: 0 .. 4294967295
  void add(Tokens tokens) {
    Slot& slot = room_for(static_cast<std::uint32_t>(tokens));
    ++slot.count;
  }

  void add(Tokens tokens, i64 times) {
    while (times > 0) {
      Slot& mine = room_for(static_cast<std::uint32_t>(tokens));
      const auto taken = static_cast<std::uint32_t>(std::min<i64>(times, kFull - mine.count));
      mine.count += taken;
      times -= taken;
    }
  }

  void merge(const CountMap& other) {
    other.each([&](const Slot& theirs) { add(theirs.tokens, theirs.count); });
  }

  bool empty() const { return used_ == 0; }

  // Appends (tokens + shift, count) for each, in no order. A value can come twice.
  void append_to(std::vector<Bin>& bins, Tokens shift = 0) const {
    each([&](const Slot& slot) { bins.push_back({Tokens{slot.tokens} + shift, i64{slot.count}}); });
  }

 private:
  struct Slot {
    std::uint32_t tokens = 0;
    std::uint32_t count = 0;  // 0: empty slot
  };
  // A slot that cannot count on is left behind, and another one begun for its value.
  static constexpr std::uint32_t kFull = std::numeric_limits<std::uint32_t>::max();

  template <typename Visit>
  void each(Visit visit) const {
    if (capacity_ == 0) {
      if (only_.count != 0) visit(only_);
      return;
    }
    for (std::uint32_t i = 0; i < capacity_; ++i) {
      if (slots_[i].count != 0) visit(slots_[i]);
    }
  }

  // The slot that counts this value and is not full.
  Slot& room_for(std::uint32_t tokens) {
    if (capacity_ == 0) {
      if (only_.count == 0) {
        only_.tokens = tokens;
        used_ = 1;
      }
      if (only_.tokens == tokens && only_.count != kFull) return only_;
      grow();
    }
    if ((used_ + 1) * 4 > std::uint64_t{capacity_} * 3) grow();
    Slot& slot = find(tokens);
    if (slot.count == 0) {
      slot.tokens = tokens;
      ++used_;
    }
    return slot;
  }

  Slot& find(std::uint32_t tokens) {
    const std::size_t mask = capacity_ - 1;
    // Fibonacci hashing: neighbouring counts, which are the rule, spread over the table.
    std::size_t at = (tokens * std::uint64_t{0x9E3779B97F4A7C15} >> 32) & mask;
    while (slots_[at].count != 0 && (slots_[at].tokens != tokens || slots_[at].count == kFull)) {
      at = (at + 1) & mask;
    }
    return slots_[at];
  }

  void grow() {
    const std::unique_ptr<Slot[]> old = std::move(slots_);
    const std::uint32_t old_capacity = capacity_;
    capacity_ = std::max(std::uint32_t{4}, capacity_ * 2);
    slots_ = std::make_unique<Slot[]>(capacity_);
    if (old_capacity == 0 && only_.count != 0) find(only_.tokens) = only_;
    for (std::uint32_t i = 0; i < old_capacity; ++i) {
      if (old[i].count != 0) find(old[i].tokens) = old[i];
    }
  }

  std::unique_ptr<Slot[]> slots_;
  std::uint32_t capacity_ = 0;  // 0: `only_` is all there is; else a power of two
  std::uint32_t used_ = 0;
  Slot only_;
};

}  // namespace ctxcap::ingest
