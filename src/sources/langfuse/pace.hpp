#pragma once
// Inside sources/langfuse/: when the next request may start, under limits that a server announces by
// refusing.

#include <chrono>
#include <optional>

#include "base/quantity.hpp"

namespace ctxcap::sources::langfuse {

// Servers count in fixed periods and refuse the N-th request of N. What they allow is known after the first
// refusal; from then on requests are counted here, and none is refused again unless others use up the same
// limit. Times are of a monotonic clock.
class Pace {
 public:
  using Time = std::chrono::nanoseconds;

  void refused(Time now, Time wait, std::optional<i64> limit);
  void started(Time now);
  // Time at which a request may start; in the past or `now`: at once.
  Time next(Time now) const;

 private:
  Time blocked_until_{0}, period_{0}, period_began_{0};
  i64 budget_ = 0;  // requests per period; 0: no limit is known
  i64 used_ = 0;
};

}  // namespace ctxcap::sources::langfuse
