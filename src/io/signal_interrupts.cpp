#include <atomic>
#include <csignal>

#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// What a signal handler may touch: lock-free atomics.
std::atomic<int> arrived{0};         // signals since the outermost hold began
std::atomic<bool> cut_short{false};  // the next wait ends at once
std::atomic<bool> ignoring{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void note_signal(int) {
  ++arrived;
  if (!ignoring) cut_short = true;
}

class SignalHold final : public Interrupts::Hold {
 public:
  SignalHold() {
    if (depth_++ == 0) {
      ignoring = false;
      arrived = 0;
    }
    struct sigaction action {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);  // no SA_RESTART: what waits is to wake up
    for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
  }
  ~SignalHold() override {
    for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
    if (--depth_ > 0) return;
    ignoring = false;
    cut_short = false;
  }
  SignalHold(const SignalHold&) = delete;
  SignalHold& operator=(const SignalHold&) = delete;

 private:
  static inline int depth_ = 0;  // holds are made by one thread
  struct sigaction before_[std::size(kSignals)]{};
};

class SignalInterrupts final : public Interrupts {
 public:
  std::unique_ptr<Hold> hold() override { return std::make_unique<SignalHold>(); }
  bool came() override { return arrived > 0; }
  void ignore() override {
    ignoring = true;
    cut_short = false;
  }
};

}  // namespace

bool interrupted() {
  return cut_short;
}

std::unique_ptr<Interrupts> make_signal_interrupts() {
  return std::make_unique<SignalInterrupts>();
}

}  // namespace ctxcap::io
