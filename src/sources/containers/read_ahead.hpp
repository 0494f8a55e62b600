#pragma once
// Inside sources/: a stream that another thread reads, so that producing bytes and using them overlap.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ports/files.hpp"

namespace ctxcap::sources {

// Reads `source` into a ring of buffers, ahead of whoever reads here; never further than all buffers full.
// `source` is used by that thread alone. The destructor waits for the read that is under way.
class ReadAhead final : public ByteReader {
 public:
  static constexpr std::size_t kBuffers = 4;
  static constexpr std::size_t kBufferSize = 1 << 20;  // bytes

  explicit ReadAhead(std::unique_ptr<ByteReader> source, std::size_t buffer_size = kBufferSize);
  ~ReadAhead() override;
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  void produce();

  struct Buffer {
    std::string bytes;
    std::size_t filled = 0, used = 0;
  };
  std::unique_ptr<ByteReader> source_;
  std::size_t buffer_size_;
  std::vector<Buffer> ring_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t written_ = 0, taken_ = 0;  // buffers, ever; written_ - taken_ are full
  bool ended_ = false, stopped_ = false;
  std::optional<Error> error_;  // comes behind all full buffers

  std::thread thread_;  // last: it starts when all the rest is there
};

}  // namespace ctxcap::sources
