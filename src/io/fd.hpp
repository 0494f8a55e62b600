#pragma once
// An owned file descriptor, and the calls on it that every user must repeat after EINTR.

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace ctxcap::io {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_;
};

// open(2) with O_CLOEXEC; an empty Fd and errno when it fails.
Fd open_fd(const std::string& path, int flags, unsigned mode = 0);

// read(2); -1 and errno when it fails.
long read_some(int fd, char* buffer, std::size_t size);

// All of `bytes`, however often write(2) takes only a part. false and errno when it fails.
bool write_all(int fd, std::string_view bytes);

// "No such file or directory" for the errno given.
std::string errno_text(int error);

}  // namespace ctxcap::io
