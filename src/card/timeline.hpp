#pragma once
// Inside card/: how long each sample stands for.

#include <vector>

#include "data/card.hpp"

namespace ctxcap::card {

struct Timeline {
  i64 step = 0;               // microseconds between samples, the median; 0: one sample or none
  std::vector<i64> lasts;     // of each sample: until the next, or one step where nobody watched behind it
  std::vector<CardGap> gaps;  // longer than kGap steps without a sample
};

Timeline timeline_of(const CardHistory& history);

}  // namespace ctxcap::card
