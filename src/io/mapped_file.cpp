// A file's pages in memory.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "io/bus_errors.hpp"
#include "io/fd.hpp"
#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

std::size_t page() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

// The file's pages, followed by at least one page or page tail of zeros: anonymous memory is reserved first,
// one page longer than the file can need, and the file is mapped over its beginning.
class Mapping final : public MappedFile {
 public:
  Mapping(Fd fd, void* memory, std::size_t reserved, std::size_t size)
      : fd_(std::move(fd)), memory_(memory), reserved_(reserved), size_(size) {
    watched_.emplace(memory, reserved);
  }
  ~Mapping() override {
    watched_.reset();  // before anything else can be where it was
    ::munmap(memory_, reserved_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  bool put_file() {
    if (!watched_->is_watched()) {
      errno = ENOMEM;
      return false;
    }
    if (size_ > 0 && ::mmap(memory_, size_, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd_.get(), 0) == MAP_FAILED) {
      return false;
    }
    ::madvise(memory_, reserved_, MADV_SEQUENTIAL);
    return true;
  }

  std::string_view bytes() const override { return {static_cast<const char*>(memory_), size_}; }

  // Pages come back from the file when somebody does look. All threads at it is faster than one munmap() of
  // everything at the end, and what is in memory stays small.
  void done_with(std::string_view part) const override {
    const auto begin = static_cast<std::size_t>(part.data() - static_cast<const char*>(memory_));
    const std::size_t first = begin / page() * page(), behind = (begin + part.size()) / page() * page();
    if (first < behind) ::madvise(static_cast<char*>(memory_) + first, behind - first, MADV_DONTNEED);
  }

  // The last page of a file that was cut is there, and reads as zeros: only the file itself tells.
  std::size_t left() const override {
    struct stat info {};
    const bool known = ::fstat(fd_.get(), &info) == 0 && info.st_size >= 0;
    return std::min({size_, watched_->left(), known ? static_cast<std::size_t>(info.st_size) : size_});
  }

 private:
  Fd fd_;
  void* memory_;
  std::size_t reserved_, size_;
  std::optional<Watched> watched_;
};

}  // namespace

std::unique_ptr<MappedFile> map_file(Fd fd, std::size_t size) {
  const std::size_t reserved = (size + kReadPadding + page() - 1) / page() * page();
  void* const memory = ::mmap(nullptr, reserved, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto mapping = std::make_unique<Mapping>(std::move(fd), memory, reserved, size);
  if (!mapping->put_file()) return nullptr;
  return mapping;
}

}  // namespace ctxcap::io
