#include "sources/containers/content_coding.hpp"

#include <algorithm>
#include <array>

#include "sources/containers/containers.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::size_t kFirstRoom = 1 << 16;

struct Coding {
  std::string_view name;
  std::unique_ptr<Decoder> (*decoder)();
};
constexpr std::array kCodings = {Coding{"gzip", make_gzip_decoder}, Coding{"x-gzip", make_gzip_decoder},
                                 Coding{"zstd", make_zstd_decoder}};

}  // namespace

tl::expected<std::string, std::string> decoded_body(HttpResponse& response, std::string room) {
  const auto header = response.headers.find("content-encoding");
  std::string name = header == response.headers.end() ? "" : header->second;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (response.body.empty() || name.empty() || name == "identity") return std::move(response.body);
  const auto coding =
      std::find_if(kCodings.begin(), kCodings.end(), [&](const Coding& known) { return known.name == name; });
  if (coding == kCodings.end()) return tl::unexpected("its coding was not asked for: " + name);
  const std::unique_ptr<Decoder> decoder = coding->decoder();
  const std::string coded = std::move(response.body);
  std::string_view left = coded;
  for (std::size_t filled = 0;;) {
    if (filled == room.size()) {
      if (filled >= kMostOfAnswer) return tl::unexpected<std::string>("it is larger than 64 MiB");
      room.resize(std::clamp(filled + filled / 2, kFirstRoom, kMostOfAnswer));
    }
    const auto got = decoder->decode(left, {room.data() + filled, room.size() - filled});
    if (!got) return tl::unexpected("its " + name + " data are damaged: " + got.error().what);
    filled += *got;
    if (*got > 0) continue;
    if (decoder->place() == Place::inside) return tl::unexpected("its " + name + " data end too early");
    if (!left.empty()) return tl::unexpected("something follows its " + name + " data");
    room.resize(filled);
    return room;
  }
}

}  // namespace ctxcap::sources
