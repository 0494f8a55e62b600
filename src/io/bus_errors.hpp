#pragma once
// Who looks at a page of a mapped file that somebody has cut off gets SIGBUS, which kills the process. Here
// the page becomes zeros instead, and the cut is remembered. Private to this room.

#include <atomic>
#include <cstddef>

namespace ctxcap::io {

// Memory that a file is mapped to, for as long as the value lives: of whole pages.
class Watched {
 public:
  Watched(void* memory, std::size_t size);
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  bool is_watched() const { return slot_ != nullptr; }  // false: there are too many
  // Bytes before the first page that was gone when somebody looked; all of them where none was.
  std::size_t left() const;

  struct Slot;

 private:
  std::size_t size_;
  Slot* slot_ = nullptr;
};

}  // namespace ctxcap::io
