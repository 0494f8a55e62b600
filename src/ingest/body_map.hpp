#pragma once
// How often each pair of prompt tokens and body bytes occurred, in bounded memory.
//
// Bytes are kept to 7 bits (1/64). Where the pairs of a job are still too many, prompts and bytes are kept
// coarser, step by step, until they are few enough; but prompts at the marks of half-window cuts (just above
// half of a window that is a multiple of 256 or 1000) stay exact longest. Each step's bins are unions of the
// bins of the step before, so what is kept depends on the pairs alone: not on their order, nor on how they
// were spread over maps that are merged.

#include <cstdint>
#include <vector>

#include "data/demand.hpp"

namespace ctxcap::ingest {

class BodyMap {
 public:
  static constexpr std::size_t kMost = 4'096;  // pairs

  // prompt: 1 .. 2147483647; bytes: 1 .. 4294967295
  void add(Tokens prompt, Bytes bytes, i64 count = 1);
  void merge(const BodyMap& other);

  // Ascending; of what was binned the middle.
  std::vector<BodySize> sizes() const;

 private:
  // A bin by its lower edges: prompt << 33 | coarse << 32 | bytes. Coarse prompts stand for a range, the
  // others for themselves. 0: an empty slot.
  using Pair = std::uint64_t;
  struct Slot {
    Pair pair = 0;
    i64 count = 0;
  };

  static Pair binned(Pair pair, int step);
  Slot& find(Pair pair);
  void count(Pair pair, i64 times);
  void resize(std::size_t slots);
  void coarsen();

  int step_ = 0;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;  // open addressing; a power of two
};

}  // namespace ctxcap::ingest
