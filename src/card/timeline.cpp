#include "card/timeline.hpp"

namespace ctxcap::card {
namespace {

constexpr i64 kGap = 3;  // steps: two samples may come late, or one be lost

}  // namespace

Timeline timeline_of(const CardHistory& history) {
  const std::vector<CardSample>& samples = history.samples;
  Timeline time{.step = history.step > 0 ? history.step : median_step(samples)};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool last = i + 1 == samples.size();
    const i64 next = last ? samples[i].at.micros + time.step : samples[i + 1].at.micros;
    const i64 due = samples[i].at.micros + (samples[i].lasts > 0 ? samples[i].lasts : time.step);
    const bool gap = !last && next - due > (kGap - 1) * time.step;
    time.lasts.push_back(gap || samples[i].lasts > 0 ? due - samples[i].at.micros
                                                     : next - samples[i].at.micros);
    if (gap) time.gaps.push_back({{due}, samples[i + 1].at});
  }
  return time;
}

}  // namespace ctxcap::card
