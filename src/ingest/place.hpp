#pragma once
// Where a row stands, while nobody knows yet how many lines came before: the input is read in pieces, by
// several threads, and only the order of the pieces is known.

#include <compare>
#include <cstdint>

#include "base/quantity.hpp"

namespace ctxcap::ingest {

// The piece, counted through all inputs, and the line within it, from 1. Places compare as they lie in the
// inputs.
struct Place {
  std::uint32_t piece = 0;
  std::uint32_t line = 0;
  auto operator<=>(const Place&) const = default;
};

// Where a row stands in its piece, in bytes.
struct Spot {
  i64 offset = -1;  // -1: nowhere
  i64 length = 0;
  auto operator<=>(const Spot&) const = default;
};

struct Occurrences {
  i64 count = 0;
  Place first;
  void add(Place place, i64 times = 1) { merge({.count = times, .first = place}); }
  void merge(const Occurrences& other) {
    if (other.count == 0) return;
    if (count == 0 || other.first < first) first = other.first;
    count += other.count;
  }
};

}  // namespace ctxcap::ingest
