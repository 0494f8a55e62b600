// An Ingestor pulls; here is the thread that lets others push.

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "ingest/ingest.hpp"

namespace ctxcap::ingest {

class PushedRows::Impl {
 public:
  Impl(std::string source, Options options, OnProgress on_progress)
      : source_(std::move(source)), ingestor_(std::move(options), std::move(on_progress)) {}
  ~Impl() { close(true); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status push(std::string_view bytes);
  Result<TraceSummary> finish();

 private:
  Result<std::size_t> fill(char* into, std::size_t size);
  void close(bool forget);

  const std::string source_;
  Ingestor ingestor_;
  std::mutex mutex_;  // guards these four:
  std::condition_variable changed_;
  std::string waiting_;
  bool closed_ = false;
  std::optional<Status> read_;  // when the reader is done
  std::thread reader_;          // starts with the first bytes
};

Status PushedRows::Impl::push(std::string_view bytes) {
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

Result<TraceSummary> PushedRows::Impl::finish() {
  if (!reader_.joinable()) return TraceSummary{};
  close(false);
  TRY(*read_);
  return std::move(ingestor_).finish();
}

Result<std::size_t> PushedRows::Impl::fill(char* into, std::size_t size) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
  const std::size_t got = std::min(size, waiting_.size());
  std::memcpy(into, waiting_.data(), got);
  waiting_.erase(0, got);
  changed_.notify_all();
  return got;
}

void PushedRows::Impl::close(bool forget) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (forget) waiting_.clear();
    changed_.notify_all();
  }
  if (reader_.joinable()) reader_.join();
}

PushedRows::PushedRows(std::string source, Options options, OnProgress on_progress)
    : impl_(std::make_unique<Impl>(std::move(source), std::move(options), std::move(on_progress))) {}

PushedRows::~PushedRows() = default;

Status PushedRows::push(std::string_view bytes) {
  return impl_->push(bytes);
}

Result<TraceSummary> PushedRows::finish() && {
  return impl_->finish();
}

}  // namespace ctxcap::ingest
