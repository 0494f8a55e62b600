#pragma once
// The inputs and the pieces they were read in: turns places into "file:line" once all lines are counted.

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/place.hpp"

namespace ctxcap::ingest {

class Inputs {
 public:
  void begin(std::string source) {
    inputs_.push_back({.source = std::move(source), .first_piece = pieces()});
  }
  std::size_t current() const { return inputs_.size() - 1; }
  std::size_t size() const { return inputs_.size(); }
  const std::string& source(std::size_t input) const { return inputs_[input].source; }

  // The number of the current input's next piece. Its line ends may be told later.
  std::uint32_t add_piece(i64 lines = 0) {
    lines_.push_back(lines);
    return pieces() - 1;
  }
  void set_lines(std::uint32_t piece, i64 lines) { lines_[piece] = lines; }

  std::size_t input_of(Place place) const;
  // "source:line"
  std::string text_of(Place place) const;

 private:
  struct Input {
    std::string source;
    std::uint32_t first_piece;
  };
  std::uint32_t pieces() const { return static_cast<std::uint32_t>(lines_.size()); }

  std::vector<Input> inputs_;
  std::vector<i64> lines_;  // line ends, per piece
};

}  // namespace ctxcap::ingest
