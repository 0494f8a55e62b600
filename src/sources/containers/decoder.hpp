#pragma once
// Inside sources/: one way to decompress, fed in pieces.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace ctxcap::sources {

struct Damage {
  std::string what;               // "its checksum is wrong"
  std::string_view command = {};  // does it, when it is not damage but our own limit; {} is the file
};

// What may follow when the input ends, or goes on, at this place.
enum class Place {
  inside,   // of a compressed stream: an end here is a file cut short
  between,  // streams: an end here is a whole file
  behind,   // what follows is no compressed data; nothing more is taken
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Takes bytes from the front of `in`, which it shortens, and writes to the front of `out`; returns how many
  // it wrote. Comes back when `out` is full, when `in` is used up, or behind the last stream. At damage, `in`
  // begins where it was noticed. Memory: constant, whatever the input.
  virtual tl::expected<std::size_t, Damage> decode(std::string_view& in, std::span<char> out) = 0;
  virtual Place place() const = 0;
};

}  // namespace ctxcap::sources
