#pragma once
// Inside sources/files/: the lines of an opened source, one after the other.

#include <optional>
#include <string>
#include <string_view>

#include "sources/files/open.hpp"

namespace ctxcap::sources {

class LineReader {
 public:
  explicit LineReader(Source source) : source_(std::move(source)) {}

  // Without its line end, good until the next call; nullopt at the end. kReadPadding bytes behind it are
  // readable.
  Result<std::optional<std::string_view>> next() {
    if (source_.mapped) {
      const std::string_view bytes = source_.mapped->bytes();
      return cut(bytes, true);
    }
    for (;;) {
      if (const auto line = cut(buffer_, ended_); line || ended_) return line;
      buffer_.erase(0, at_);
      at_ = 0;
      const std::size_t had = buffer_.size();
      buffer_.resize(had + kPiece + kReadPadding);
      TRY_ASSIGN(const std::size_t got, source_.stream->read(buffer_.data() + had, kPiece));
      buffer_.resize(had + got);
      ended_ = got == 0;
    }
  }

 private:
  static constexpr std::size_t kPiece = 1 << 20;

  std::optional<std::string_view> cut(std::string_view bytes, bool whole) {
    if (at_ >= bytes.size()) return std::nullopt;
    const std::size_t end = bytes.find('\n', at_);
    if (end == std::string_view::npos && !whole) return std::nullopt;
    const std::string_view line = bytes.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ += line.size() + 1;
    return line;
  }

  Source source_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace ctxcap::sources
