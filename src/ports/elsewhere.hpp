#pragma once
// Ports as a run sees them that plays another time, or keeps its files elsewhere.

#include <optional>
#include <string>

#include "ports/world.hpp"

namespace ctxcap {

// Goes on from another time.
class ShiftedClock final : public Clock {
 public:
  ShiftedClock(Clock& clock, Instant as_if_now)
      : clock_(clock), shift_(as_if_now.micros - clock.now().micros) {}
  Instant now() override { return {clock_.now().micros + shift_}; }
  i64 local_offset(Instant at) override { return clock_.local_offset(at); }
  std::chrono::nanoseconds elapsed() override { return clock_.elapsed(); }
  void sleep_for(std::chrono::milliseconds duration) override { clock_.sleep_for(duration); }

 private:
  Clock& clock_;
  i64 shift_;  // microseconds
};

// One variable has another value; an empty one leaves it as it is.
class OtherVariable final : public Environment {
 public:
  OtherVariable(Environment& environment, std::string name, std::string value)
      : environment_(environment), name_(std::move(name)), value_(std::move(value)) {}
  std::optional<std::string> get(const std::string& name) override {
    if (name == name_ && !value_.empty()) return value_;
    return environment_.get(name);
  }
  std::vector<std::string> names() override { return environment_.names(); }

 private:
  Environment& environment_;
  std::string name_, value_;
};

}  // namespace ctxcap
