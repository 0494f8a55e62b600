#include "sources/ollama_log/flow.hpp"

#include <algorithm>
#include <utility>

namespace ctxcap::sources {

Flow::Flow(std::function<Status(const Give&)> run) {
  thread_ = std::thread([this, run = std::move(run)] {
    const Status done = run([this](std::string_view piece) { return take(piece); });
    const std::scoped_lock lock(mutex_);
    ended_ = done;
    changed_.notify_all();
  });
}

Flow::~Flow() {
  {
    const std::scoped_lock lock(mutex_);
    unwanted_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Flow::take(std::string_view piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return unwanted_ || waiting_.size() < kMostWaiting; });
  if (unwanted_) return false;
  waiting_ += piece;
  changed_.notify_all();
  return true;
}

Result<bool> Flow::begins() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
  if (!waiting_.empty()) return true;
  TRY(*ended_);
  return false;
}

Result<std::size_t> Flow::read(char* buffer, std::size_t size) {
  if (used_ == at_hand_.size()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty() && !*ended_) return fail(ended_->error());
    at_hand_ = std::exchange(waiting_, {});
    used_ = 0;
    changed_.notify_all();
  }
  size = std::min(size, at_hand_.size() - used_);
  std::copy_n(at_hand_.data() + used_, size, buffer);
  used_ += size;
  return size;
}

}  // namespace ctxcap::sources
