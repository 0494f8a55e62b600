#pragma once
// A piece of a stream, with kPadding readable bytes behind it.

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "ingest/record.hpp"

namespace ctxcap::ingest {

class PaddedBuffer {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }

  // `text` may be a part of this buffer.
  void assign(std::string_view text) {
    reserve(text.size());
    if (!text.empty()) std::memmove(bytes_.get(), text.data(), text.size());
    size_ = text.size();
  }

  // Room for `size` more bytes behind view(). The caller writes there and tells how many by grow().
  char* room(std::size_t size) {
    reserve(size_ + size);
    return bytes_.get() + size_;
  }
  void grow(std::size_t size) { size_ += size; }

  void release() {
    bytes_.reset();
    size_ = capacity_ = 0;
  }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }  // NOLINT(cppcoreguidelines-no-malloc)
  };

  // By realloc: a large block is moved by the kernel, not copied, and its new part is not touched.
  void reserve(std::size_t size) {
    if (size <= capacity_ && bytes_) return;
    void* const larger = std::realloc(bytes_.get(), size + kPadding);  // NOLINT(cppcoreguidelines-no-malloc)
    if (larger == nullptr) throw std::bad_alloc();
    static_cast<void>(bytes_.release());
    bytes_.reset(static_cast<char*>(larger));
    capacity_ = size;
  }

  std::unique_ptr<char, Free> bytes_;
  std::size_t capacity_ = 0;  // without the padding
  std::size_t size_ = 0;
};

}  // namespace ctxcap::ingest
