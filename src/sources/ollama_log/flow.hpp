#pragma once
// Inside ollama_log/: what somebody pushes (a program, an HTTP answer), read as a stream. It is pushed from a
// thread of its own, a few MiB ahead of whoever reads.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ports/files.hpp"

namespace ctxcap::sources {

class Flow final : public ByteReader {
 public:
  static constexpr std::size_t kMostWaiting = 4 << 20;  // bytes

  // Takes a piece; false: no more is wanted.
  using Give = std::function<bool(std::string_view)>;
  // `run` gives all there is and returns; its error comes behind the bytes that it gave.
  explicit Flow(std::function<Status(const Give&)> run);
  // Wants no more, and waits until `run` has returned.
  ~Flow() override;
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  // Waits for the first byte; false: it ended without one. Errors: those of `run`.
  Result<bool> begins();
  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  bool take(std::string_view piece);

  std::mutex mutex_;  // guards these four:
  std::condition_variable changed_;
  std::string waiting_;
  std::optional<Status> ended_;  // what `run` returned
  bool unwanted_ = false;

  std::string at_hand_;  // the reader's, from used_ on
  std::size_t used_ = 0;
  std::thread thread_;  // last: it starts when all the rest is there
};

}  // namespace ctxcap::sources
