#pragma once
// The part of a stream that waits to be read, with kPadding readable bytes behind it.

#include <cstring>
#include <string_view>
#include <vector>

#include "ingest/record.hpp"

namespace ctxcap::ingest {

class PaddedBuffer {
 public:
  std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
  void clear() { begin_ = end_ = 0; }

  void append(std::string_view more) {
    if (end_ + more.size() + kPadding > bytes_.size()) make_room(more.size());
    if (!more.empty()) std::memcpy(bytes_.data() + end_, more.data(), more.size());
    end_ += more.size();
  }

  void drop(std::size_t from_front) { begin_ += from_front; }

 private:
  void make_room(std::size_t size) {
    const std::size_t kept = end_ - begin_;
    if (kept > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, kept);
    begin_ = 0;
    end_ = kept;
    if (kept + size + kPadding > bytes_.size()) bytes_.resize(2 * (kept + size) + kPadding);
  }

  std::vector<char> bytes_ = std::vector<char>(kPadding);
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace ctxcap::ingest
