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
  // The last piece has been read, and its buffer is too large to be kept. Before anybody asks for the next.
  virtual void give_up(PaddedBuffer& /*buffer*/) {}
  // Somebody cut the input while it was read: what was behind is lost.
  virtual bool cut_short() const { return false; }
};

struct PieceSizes {
  std::size_t usual = 0;    // bytes that a thread takes at once
  std::size_t longest = 0;  // bytes of a record; a longer one is left out
};

// Of text that is in memory as a whole, with kPadding bytes readable behind it.
class TextPieces final : public Pieces {
 public:
  // `left`: how many bytes of `text` are still there. `done_with` is told what nobody looks at any more of
  // records that are left out.
  TextPieces(std::string_view text, Cutter cutter, PieceSizes sizes, const Left& left,
             const OnRead& done_with)
      : text_(text),
        rest_(text),
        cutter_(std::move(cutter)),
        sizes_(sizes),
        left_(&left),
        done_with_(&done_with) {}
  Result<bool> next(Piece& piece, PaddedBuffer& buffer) override;
  bool cut_short() const override { return cut_short_; }

 private:
  bool cut(Piece& piece);
  void leave_out(Piece& piece);
  void forget_what_is_gone();

  std::string_view text_, rest_;
  Cutter cutter_;
  PieceSizes sizes_;
  const Left* left_;
  const OnRead* done_with_;
  bool cut_short_ = false;
};

// Of a stream whose beginning has been read already.
class StreamPieces final : public Pieces {
 public:
  // `beginning` must live until the first piece is taken.
  StreamPieces(const Fill& fill, std::string_view beginning, AtEnd at_end, Cutter cutter, PieceSizes sizes)
      : fill_(&fill), tail_(beginning), at_end_(at_end), cutter_(std::move(cutter)), sizes_(sizes) {}
  Result<bool> next(Piece& piece, PaddedBuffer& buffer) override;
  void give_up(PaddedBuffer& buffer) override;

 private:
  Status leave_out(Piece& piece, PaddedBuffer& buffer);

  const Fill* fill_;
  std::string_view tail_;  // what was read and is in no piece yet; in the buffer of the last piece, or kept_
  PaddedBuffer kept_;
  AtEnd at_end_;
  Cutter cutter_;
  PieceSizes sizes_;
};

// Fills the buffer up to `size` bytes, or to the end of the stream.
Result<AtEnd> fill_up(PaddedBuffer& buffer, std::size_t size, const Fill& fill);

}  // namespace ctxcap::ingest
