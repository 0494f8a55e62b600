#pragma once
// Inside app/nightly/: the world as a run sees it that plays another time, keeps its state elsewhere, or must
// leave everything as it is.

#include <memory>
#include <optional>
#include <string>

#include "ports/world.hpp"

namespace ctxcap::app {

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

// Looks for the state in that directory.
class StateElsewhere final : public Environment {
 public:
  StateElsewhere(Environment& environment, std::string directory)
      : environment_(environment), directory_(std::move(directory)) {}
  std::optional<std::string> get(const std::string& name) override {
    if (name == "CTXCAP_STATE_DIR" && !directory_.empty()) return directory_;
    return environment_.get(name);
  }

 private:
  Environment& environment_;
  std::string directory_;  // empty: where the environment says
};

// A copy of the state that is gone when the value dies. Call it with the lock held.
Result<std::unique_ptr<Files::PrivateDirectory>> copy_of_state(World& world);

}  // namespace ctxcap::app
