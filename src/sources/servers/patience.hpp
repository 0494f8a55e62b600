#pragma once
// Inside sources/: how long a server that is gone is waited for, and in which steps.

#include <chrono>
#include <optional>

namespace ctxcap::sources {

// One that has answered will come back: a restart takes a minute or two. One that never has may have another
// address, so it gets a few tries only, unless there is nobody who waits for us.
class Patience {
 public:
  using Time = std::chrono::nanoseconds;

  explicit Patience(bool from_the_start = false) : knows_server_(from_the_start) {}

  // It said something, if only that it cannot answer now.
  void heard() { knows_server_ = true; }
  // It did what it was asked for.
  void answered();
  // It did not, at `now` of a monotonic clock. The pause until the next try; nullopt: it was the last one.
  std::optional<Time> failed(Time now);

 private:
  bool knows_server_;
  int failures_ = 0;  // in a row
  Time first_failure_{0};
};

}  // namespace ctxcap::sources
