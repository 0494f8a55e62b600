#pragma once
// Exact histogram of integer token counts. Token counts are bounded integers and groups are few, so exact
// ranks cost less than any sketch, merging is addition (any order, any thread count, the same bytes), and
// point masses stay visible.

#include <compare>
#include <span>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

struct Bin {
  Tokens tokens = 0;  // >= 0
  i64 count = 0;      // > 0
  auto operator<=>(const Bin&) const = default;
};

struct Histogram {
  std::vector<Bin> bins;  // ascending by tokens, each value once
  bool operator==(const Histogram&) const = default;

  bool empty() const { return bins.empty(); }
  Tokens min() const { return bins.front().tokens; }  // not empty
  Tokens max() const { return bins.back().tokens; }   // not empty
  i64 count() const;                                  // observations in all
  i64 count_above(Tokens tokens) const;               // observations > tokens
  i64 count_at(Tokens tokens) const;                  // observations == tokens

  // The rank-th smallest observation, 1 <= rank <= count().
  Tokens at_rank(i64 rank) const;

  void merge(const Histogram& other);
};

// Any order, repeated values allowed; counts of 0 are dropped.
Histogram make_histogram(std::vector<Bin> bins);

}  // namespace ctxcap
