#include "ingest/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace ctxcap::ingest {

std::size_t Inputs::input_of(Place place) const {
  const auto behind =
      std::upper_bound(inputs_.begin(), inputs_.end(), place.piece,
                       [](std::uint32_t piece, const Input& input) { return piece < input.first_piece; });
  return static_cast<std::size_t>(behind - inputs_.begin()) - 1;
}

std::string Inputs::text_of(Place place) const {
  const Input& input = inputs_[input_of(place)];
  const i64 before =
      std::accumulate(lines_.begin() + input.first_piece, lines_.begin() + place.piece, i64{0});
  return fmt::format("{}:{}", input.source, before + place.line);
}

}  // namespace ctxcap::ingest
