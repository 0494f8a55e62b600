#include "sources/langfuse/pace.hpp"

#include <algorithm>

namespace ctxcap::sources::langfuse {
namespace {

using namespace std::chrono_literals;

constexpr Pace::Time kPeriod =
    60s;                           // of all limits per minute; longer ones show in what they tell us to wait
constexpr Pace::Time kSlack = 1s;  // the server's period begins when the request arrives, not when it starts

}  // namespace

void Pace::refused(Time now, Time wait, std::optional<i64> limit) {
  blocked_until_ = std::max(blocked_until_, now + wait);
  if (limit) budget_ = std::max<i64>(1, *limit - 1);
  period_ = std::max(kPeriod, wait) + kSlack;
  used_ = 0;  // a new period begins with the first request after the wait
}

void Pace::started(Time now) {
  if (used_ == 0 || now >= period_began_ + period_) {
    period_began_ = now;
    used_ = 0;
  }
  ++used_;
}

Pace::Time Pace::next(Time now) const {
  Time at = std::max(now, blocked_until_);
  if (budget_ > 0 && used_ >= budget_) at = std::max(at, period_began_ + period_);
  return at;
}

}  // namespace ctxcap::sources::langfuse
