#include "card/timeline.hpp"

#include <algorithm>

namespace ctxcap::card {
namespace {

constexpr i64 kGap = 3;  // steps: two samples may come late, or one be lost

}  // namespace

Timeline timeline_of(const std::vector<CardSample>& samples) {
  Timeline time{.step = median_step(samples)};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool last = i + 1 == samples.size();
    const i64 until = last ? time.step : samples[i + 1].at.micros - samples[i].at.micros;
    const bool gap = until > kGap * time.step;
    time.lasts.push_back(gap ? time.step : until);
    if (gap) time.gaps.push_back({samples[i].at, samples[i + 1].at});
  }
  return time;
}

}  // namespace ctxcap::card
