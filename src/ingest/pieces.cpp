#include "ingest/pieces.hpp"

#include <algorithm>

namespace ctxcap::ingest {

Result<bool> TextPieces::next(Piece& piece, PaddedBuffer&) {
  if (rest_.empty()) return false;
  const std::size_t size = cutter_.cut(rest_, AtEnd::yes, piece_size_, piece);
  piece.text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

Result<AtEnd> fill_up(PaddedBuffer& buffer, std::size_t size, const Fill& fill) {
  while (buffer.view().size() < size) {
    const std::size_t missing = size - buffer.view().size();
    TRY_ASSIGN(const std::size_t got, fill(buffer.room(missing), missing));
    if (got == 0) return AtEnd::yes;
    buffer.grow(got);
  }
  return AtEnd::no;
}

Result<bool> StreamPieces::next(Piece& piece, PaddedBuffer& buffer) {
  buffer.assign(tail_);
  // What is left of the last piece is the beginning of a record. It is tried again when there is twice as
  // much, so that even a record of a gigabyte is looked through only twice.
  std::size_t size = std::max(piece_size_, 2 * tail_.size());
  for (;;) {
    if (at_end_ == AtEnd::no) {
      TRY_ASSIGN(at_end_, fill_up(buffer, size, *fill_));
    }
    const std::string_view text = buffer.view();
    const std::size_t used = cutter_.cut(text, at_end_, text.size(), piece);
    piece.text = text.substr(0, used);
    tail_ = text.substr(used);
    if (used > 0) return true;
    if (at_end_ == AtEnd::yes) return false;
    size = 2 * text.size();
  }
}

}  // namespace ctxcap::ingest
