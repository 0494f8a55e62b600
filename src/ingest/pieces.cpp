#include "ingest/pieces.hpp"

#include <algorithm>

namespace ctxcap::ingest {
namespace {

constexpr std::size_t kStep = std::size_t{16} << 20;  // bytes looked through at once for where it ends

}  // namespace

Result<bool> TextPieces::next(Piece& piece, PaddedBuffer&) {
  for (;;) {
    forget_what_is_gone();
    if (rest_.empty()) return false;
    Cutter before = cutter_;
    const std::string_view rest = rest_;
    if (!cut(piece)) leave_out(piece);
    rest_ = rest.substr(piece.bytes);
    const std::size_t end = text_.size() - rest_.size();
    if (!*left_ || (*left_)() >= end) return true;
    // It was cut while we looked, so what we saw is not to be trusted.
    cutter_ = std::move(before);
    rest_ = rest;
  }
}

// False: the first record is too long.
bool TextPieces::cut(Piece& piece) {
  for (std::size_t look = 2 * sizes_.usual;; look *= 2) {
    const std::string_view window = rest_.substr(0, std::min(look, sizes_.longest));
    const AtEnd at_end = window.size() == rest_.size() ? AtEnd::yes : AtEnd::no;
    const std::size_t size = cutter_.cut(window, at_end, sizes_.usual, piece);
    piece.take(window.substr(0, size));
    if (size > 0 || window.size() == sizes_.longest) return size > 0;
  }
}

void TextPieces::leave_out(Piece& piece) {
  RecordEnd end = cutter_.record_end();
  std::size_t size = 0;
  piece.leave_out();
  while (size < rest_.size() && !end.found()) {
    const std::string_view step = rest_.substr(size, kStep);
    const std::size_t used = end.feed(step);
    piece.lines += line_ends(step.substr(0, used));
    if (*done_with_) (*done_with_)(step.substr(0, used));
    size += used;
  }
  piece.bytes = size;
}

void TextPieces::forget_what_is_gone() {
  if (!*left_) return;
  const std::size_t at = text_.size() - rest_.size(), left = std::min((*left_)(), text_.size());
  if (left == text_.size()) return;
  cut_short_ = true;
  text_ = text_.substr(0, left);
  rest_ = text_.substr(std::min(at, left));
  if (cutter_.by_lines()) {                                           // half a line is no row
    const std::size_t half = rest_.size() - (rest_.rfind('\n') + 1);  // npos + 1 is 0
    text_.remove_suffix(half);
    rest_.remove_suffix(half);
  }
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
  kept_.release();
  // What is left of the last piece is the beginning of a record. It is tried again when there is twice as
  // much, so that even a long record is looked through only twice.
  std::size_t size = std::max(sizes_.usual, 2 * tail_.size());
  for (;;) {
    if (at_end_ == AtEnd::no) {
      TRY_ASSIGN(at_end_, fill_up(buffer, std::min(size, sizes_.longest + 1), *fill_));
    }
    const std::string_view text = buffer.view(), window = text.substr(0, sizes_.longest);
    const AtEnd at_end = window.size() == text.size() ? at_end_ : AtEnd::no;
    // Of what a long record has brought along only a part: where its records are takes memory, too.
    const std::size_t most_at_once = std::max(sizes_.usual, text.size() / 8);
    const std::size_t used = cutter_.cut(window, at_end, most_at_once, piece);
    piece.take(text.substr(0, used));
    tail_ = text.substr(used);
    if (used > 0) return true;
    if (at_end == AtEnd::yes) return false;
    if (text.size() > sizes_.longest) {
      TRY(leave_out(piece, buffer));
      return true;
    }
    size = 2 * text.size();
  }
}

Status StreamPieces::leave_out(Piece& piece, PaddedBuffer& buffer) {
  RecordEnd end = cutter_.record_end();
  piece.leave_out();
  for (;;) {
    const std::string_view text = buffer.view();
    const std::size_t used = end.feed(text);
    piece.lines += line_ends(text.substr(0, used));
    piece.bytes += used;
    tail_ = text.substr(used);
    if (end.found() || at_end_ == AtEnd::yes) return {};
    buffer.release();
    TRY_ASSIGN(at_end_, fill_up(buffer, sizes_.usual, *fill_));
  }
}

void StreamPieces::give_up(PaddedBuffer& buffer) {
  kept_.assign(tail_);
  tail_ = kept_.view();
  buffer.release();
}

}  // namespace ctxcap::ingest
