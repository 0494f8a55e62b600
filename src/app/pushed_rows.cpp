#include "app/pushed_rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ctxcap::app {

PushedRows::PushedRows(std::string source, ingest::Options options, ingest::OnProgress on_progress)
    : source_(std::move(source)), ingestor_(std::move(options), std::move(on_progress)) {}

PushedRows::~PushedRows() {
  close(true);
}

Status PushedRows::push(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (!reader_.joinable()) {
    reader_ = std::thread([this] {
      const Status read =
          ingestor_.stream(source_, [this](char* into, std::size_t size) { return fill(into, size); });
      const std::lock_guard lock(mutex_);
      read_ = read;
      changed_.notify_all();
    });
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return read_ || waiting_.size() < kMostWaiting; });
  if (read_) return *read_;  // it ends before its input only where it fails
  waiting_ += bytes;
  changed_.notify_all();
  return {};
}

Result<TraceSummary> PushedRows::finish() {
  if (!reader_.joinable()) return TraceSummary{};
  close(false);
  TRY(*read_);
  return std::move(ingestor_).finish();
}

Result<std::size_t> PushedRows::fill(char* into, std::size_t size) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
  const std::size_t got = std::min(size, waiting_.size());
  std::memcpy(into, waiting_.data(), got);
  waiting_.erase(0, got);
  changed_.notify_all();
  return got;
}

void PushedRows::close(bool forget) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (forget) waiting_.clear();
    changed_.notify_all();
  }
  if (reader_.joinable()) reader_.join();
}

}  // namespace ctxcap::app
