#include "sources/containers/read_ahead.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace ctxcap::sources {

ReadAhead::ReadAhead(std::unique_ptr<ByteReader> source, std::size_t buffer_size)
    : source_(std::move(source)), buffer_size_(buffer_size), ring_(kBuffers) {
  thread_ = std::thread([this] { produce(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ReadAhead::produce() {
  for (bool more = true; more;) {
    Buffer* buffer = nullptr;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopped_ || written_ - taken_ < ring_.size(); });
      if (stopped_) return;
      buffer = &ring_[written_ % ring_.size()];
    }
    buffer->bytes.resize(buffer_size_);  // a short file needs only the first
    const Result<std::size_t> got = source_->read(buffer->bytes.data(), buffer->bytes.size());
    {
      const std::scoped_lock lock(mutex_);
      more = got && *got > 0;
      if (more) {
        buffer->filled = *got;
        buffer->used = 0;
        ++written_;
      } else {
        if (!got) error_ = got.error();
        ended_ = true;
      }
    }
    changed_.notify_all();
  }
}

Result<std::size_t> ReadAhead::read(char* to, std::size_t size) {
  Buffer* buffer = nullptr;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || written_ > taken_; });
    if (written_ == taken_) {
      if (error_) return fail(*error_);
      return std::size_t{0};
    }
    buffer = &ring_[taken_ % ring_.size()];
  }
  const std::size_t got = std::min(size, buffer->filled - buffer->used);
  std::memcpy(to, buffer->bytes.data() + buffer->used, got);
  buffer->used += got;
  if (buffer->used == buffer->filled) {
    {
      const std::scoped_lock lock(mutex_);
      ++taken_;
    }
    changed_.notify_all();
  }
  return got;
}

}  // namespace ctxcap::sources
