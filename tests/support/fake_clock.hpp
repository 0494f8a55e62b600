#pragma once
// A clock that moves only when told, or when someone sleeps.

#include "ports/clock.hpp"

namespace ctxcap::test {

class FakeClock final : public Clock {
 public:
  Instant now() override {
    return {start_.micros + std::chrono::duration_cast<std::chrono::microseconds>(passed_).count()};
  }
  std::chrono::nanoseconds elapsed() override { return passed_; }
  void sleep_for(std::chrono::milliseconds duration) override {
    ++sleeps;
    tick(duration);
  }
  i64 local_offset(Instant) override { return offset; }
  void set(Instant now) { start_ = {now.micros - (this->now().micros - start_.micros)}; }
  void tick(std::chrono::nanoseconds duration) { passed_ += duration; }

  int sleeps = 0;
  i64 offset = 0;  // minutes that local time is ahead of UTC

 private:
  Instant start_ = *parse_time("2026-08-20T00:00:00Z");
  std::chrono::nanoseconds passed_{0};
};

}  // namespace ctxcap::test
