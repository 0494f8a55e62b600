#include <array>
#include <cmath>

#include "card/card.hpp"
#include "card/timeline.hpp"

namespace ctxcap::card {
namespace {

constexpr int kHours = 24;
constexpr double kWatched = 3 * 24 * 3'600;  // seconds; a habit takes days to be seen
constexpr double kSeldom = 0.01;             // of their time: what happens now and then is no habit

using Day = std::array<double, kHours>;  // seconds in which somebody was there, by hour on the wall

bool somebody(const CardSample& sample, const CardHistory& history) {
  for (const Held& held : sample.held) {
    if (!is_llm(history.tenants[held.tenant].kind)) return true;
  }
  return false;
}

Day presence(const CardHistory& history, const Timeline& time, i64 zone) {
  Day day{};
  for (std::size_t i = 0; i < history.samples.size(); ++i) {
    if (!somebody(history.samples[i], history)) continue;
    i64 at = history.samples[i].at.micros + zone * kMicrosPerMinute;
    for (i64 left = time.lasts[i]; left > 0;) {
      const i64 piece = std::min(left, kMicrosPerHour - at % kMicrosPerHour);
      day[static_cast<std::size_t>(at / kMicrosPerHour % kHours)] += static_cast<double>(piece) / 1e6;
      at += piece;
      left -= piece;
    }
  }
  return day;
}

}  // namespace

std::optional<std::pair<int, int>> busy_hours(const CardHistory& history, i64 zone) {
  const Timeline time = timeline_of(history);
  double watched = 0, all = 0;
  for (const i64 lasts : time.lasts) watched += static_cast<double>(lasts) / 1e6;
  if (watched < kWatched) return std::nullopt;
  const Day day = presence(history, time, zone);
  for (const double seconds : day) all += seconds;
  if (all == 0) return std::nullopt;
  // The longest stretch of the day, over midnight too, without them: the rest is theirs.
  int longest = 0, begin = 0;
  for (int from = 0; from < kHours; ++from) {
    double there = 0;
    for (int hours = 1; hours <= kHours; ++hours) {
      there += day[static_cast<std::size_t>((from + hours - 1) % kHours)];
      if (there > kSeldom * all) break;
      if (hours > longest) longest = hours, begin = from;
    }
  }
  if (longest == 0) return std::nullopt;
  return std::pair((begin + longest) % kHours, begin);
}

}  // namespace ctxcap::card
