#pragma once
// The inputs and the pieces they were read in: turns places into lines and bytes, once all that stands before
// them is counted.

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/place.hpp"

namespace ctxcap::ingest {

class Inputs {
 public:
  void begin(std::string source);
  std::size_t current() const { return inputs_.size() - 1; }
  std::size_t size() const { return inputs_.size(); }
  const std::string& source(std::size_t input) const { return inputs_[input].source; }

  // The number of the current input's next piece.
  std::uint32_t add_piece(std::size_t bytes);
  // It has been read, and has so many line ends.
  void finish_piece(std::uint32_t piece, i64 lines);
  // The first piece that has not been read, or stands behind one that has not.
  std::uint32_t first_open() const { return first_open_; }

  std::size_t input_of(Place place) const;
  // Of places in pieces before first_open().
  i64 line_of(Place place) const { return pieces_[place.piece].lines_before + place.line; }  // from 1
  i64 byte_of(Place place, Spot spot) const { return pieces_[place.piece].bytes_before + spot.offset; }

 private:
  struct Input {
    std::string source;
    std::uint32_t first_piece;
  };
  struct Piece {
    i64 lines = kUnread, bytes = 0;          // its own
    i64 lines_before = 0, bytes_before = 0;  // in the input; told when all pieces before it are read
  };
  static constexpr i64 kUnread = -1;

  std::vector<Input> inputs_;
  std::vector<Piece> pieces_;
  std::uint32_t first_open_ = 0;
  i64 lines_before_ = 0, bytes_before_ = 0;  // of the first open piece
};

}  // namespace ctxcap::ingest
