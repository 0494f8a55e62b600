#pragma once
// An input, handed out piece by piece. The next piece is cut by whichever thread comes for it, while the
// others read theirs; so no thread is there for cutting alone, and no more pieces are in flight than threads.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingest/ingest.hpp"
#include "ingest/layouts.hpp"
#include "ingest/padded_buffer.hpp"

namespace ctxcap::ingest {

class Pieces {
 public:
  virtual ~Pieces() = default;
  // False: there are no more. Not from two threads at once; but the pieces of other threads live on, each in
  // its own `buffer`.
  virtual Result<bool> next(Piece& piece, PaddedBuffer& buffer) = 0;
};

// Of text that is in memory as a whole, with kPadding bytes readable behind it.
class TextPieces final : public Pieces {
 public:
  TextPieces(std::string_view text, Cutter cutter, std::size_t piece_size)
      : rest_(text), cutter_(std::move(cutter)), piece_size_(piece_size) {}
  Result<bool> next(Piece& piece, PaddedBuffer& buffer) override;

 private:
  std::string_view rest_;
  Cutter cutter_;
  std::size_t piece_size_;
};

// Of a stream whose beginning has been read already.
class StreamPieces final : public Pieces {
 public:
  // `beginning` must live until the first piece is taken.
  StreamPieces(const Fill& fill, std::string_view beginning, AtEnd at_end, Cutter cutter,
               std::size_t piece_size)
      : fill_(&fill),
        tail_(beginning),
        at_end_(at_end),
        cutter_(std::move(cutter)),
        piece_size_(piece_size) {}
  Result<bool> next(Piece& piece, PaddedBuffer& buffer) override;

 private:
  const Fill* fill_;
  std::string_view tail_;  // what was read and is in no piece yet; in the buffer of the last piece
  AtEnd at_end_;
  Cutter cutter_;
  std::size_t piece_size_;
};

// Fills the buffer up to `size` bytes, or to the end of the stream.
Result<AtEnd> fill_up(PaddedBuffer& buffer, std::size_t size, const Fill& fill);

}  // namespace ctxcap::ingest
