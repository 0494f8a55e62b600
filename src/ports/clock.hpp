#pragma once
// Seam: time. Nothing else may ask what time it is or wait.

#include <chrono>

#include "base/time.hpp"

namespace ctxcap {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;  // wall clock, UTC
  // What the host's time zone added to UTC then, in minutes: 60 in Berlin in winter.
  virtual i64 local_offset(Instant at) = 0;
  virtual std::chrono::nanoseconds elapsed() = 0;  // monotonic, from an arbitrary start
  virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

}  // namespace ctxcap
