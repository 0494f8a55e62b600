#include "ingest/inputs.hpp"

#include <algorithm>

namespace ctxcap::ingest {

void Inputs::begin(std::string source) {
  first_open_ = static_cast<std::uint32_t>(pieces_.size());  // an input that broke off leaves pieces unread
  lines_before_ = bytes_before_ = 0;
  inputs_.push_back({.source = std::move(source), .first_piece = first_open_});
}

std::uint32_t Inputs::add_piece(std::size_t bytes) {
  pieces_.push_back({.bytes = static_cast<i64>(bytes)});
  return static_cast<std::uint32_t>(pieces_.size() - 1);
}

void Inputs::finish_piece(std::uint32_t number, i64 lines) {
  pieces_[number].lines = lines;
  for (; first_open_ < pieces_.size() && pieces_[first_open_].lines != kUnread; ++first_open_) {
    Piece& piece = pieces_[first_open_];
    piece.lines_before = lines_before_;
    piece.bytes_before = bytes_before_;
    lines_before_ += piece.lines;
    bytes_before_ += piece.bytes;
  }
}

std::size_t Inputs::input_of(Place place) const {
  const auto behind =
      std::upper_bound(inputs_.begin(), inputs_.end(), place.piece,
                       [](std::uint32_t piece, const Input& input) { return piece < input.first_piece; });
  return static_cast<std::size_t>(behind - inputs_.begin()) - 1;
}

}  // namespace ctxcap::ingest
