#include "io/refused.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "io/fd.hpp"

namespace ctxcap::io {
namespace {

std::optional<sockaddr_in> own_address(std::string_view url) {
  constexpr std::string_view kScheme = "http://", kOwn = "127.";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::string_view place = url.substr(0, url.find_first_of("/?#"));
  if (!place.starts_with(kOwn)) return std::nullopt;
  const std::size_t colon = place.find(':');
  std::uint16_t port = 80;
  if (colon != std::string_view::npos) {
    const char* const end = place.data() + place.size();
    const auto [stop, error] = std::from_chars(place.data() + colon + 1, end, port);
    if (error != std::errc() || stop != end) return std::nullopt;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const std::string host(place.substr(0, colon));
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return std::nullopt;
  return address;
}

}  // namespace

bool nobody_listens(std::string_view url) {
  const std::optional<sockaddr_in> address = own_address(url);
  if (!address) return false;
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  // Who does not answer at once is libcurl's to wait for.
  const timeval longest{.tv_sec = 0, .tv_usec = 50'000};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof(longest));
  const void* const place = &*address;
  return ::connect(socket.get(), static_cast<const sockaddr*>(place), sizeof(*address)) != 0 && errno == ECONNREFUSED;
}

}  // namespace ctxcap::io
