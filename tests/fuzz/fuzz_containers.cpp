// Any bytes as a compressed file. How they are cut changes nothing, and what is whole is so however it is
// cut.

#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz/properties.hpp"
#include "sources/containers/containers.hpp"

using namespace ctxcap;

namespace {

constexpr std::size_t kMost = 1 << 20;  // bytes that are decompressed, of a bomb too

struct Decoding {
  std::string text;
  bool whole = false;  // not damaged, and not cut short
};

Decoding decode(const sources::Container& container, std::string_view bytes, std::size_t piece,
                std::size_t room) {
  const auto decoder = container.decoder();
  Decoding result;
  std::string out(room, '\0');
  for (std::size_t at = 0; at <= bytes.size(); at += piece) {
    std::string_view in = bytes.substr(at, piece);
    const std::size_t given = in.size();
    for (std::size_t got = room; got == room || !in.empty();) {
      if (decoder->place() == sources::Place::behind) break;
      const auto written = decoder->decode(in, out);
      fuzz::require(in.size() <= given, "a decoder only takes");
      if (!written) return result;
      got = *written;
      fuzz::require(got <= room, "a decoder keeps to its room");
      result.text.append(out, 0, got);
      if (result.text.size() > kMost) return {};
    }
    if (decoder->place() == sources::Place::behind) break;
  }
  result.whole = decoder->place() != sources::Place::inside;
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const sources::Container* const container = sources::container_of(bytes.substr(0, sources::kHeadSize));
  if (container == nullptr || container->decoder == nullptr) return 0;
  const Decoding whole = decode(*container, bytes, std::max<std::size_t>(size, 1), 1 << 16);
  if (whole.text.empty() && !whole.whole) return 0;  // damaged, or a bomb
  const std::size_t piece = 1 + size % 7, room = 1 + size % 300;
  const Decoding pieces = decode(*container, bytes, piece, room);
  fuzz::require(pieces.whole == whole.whole, "whole is whole");
  if (!whole.whole) return 0;
  fuzz::require(pieces.text == whole.text, "the same text");
  return 0;
}
