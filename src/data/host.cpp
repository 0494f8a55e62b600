#include "data/host.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap {
namespace {

constexpr std::string_view kBlanksAndQuotes = " \t\r\n\"'";

std::string_view trim(std::string_view text, std::string_view what) {
  const auto first = text.find_first_not_of(what);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

// The address in its shortest spelling, "::1" for "0:0:0:0:0:0:0:1"; nullopt when it is not a numeric one.
std::optional<std::string> numeric_address(std::string_view text) {
  const std::string address(text);
  for (const int family : {AF_INET, AF_INET6}) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> shortest{};
    if (::inet_pton(family, address.c_str(), bytes.data()) == 1 &&
        ::inet_ntop(family, bytes.data(), shortest.data(), shortest.size()) != nullptr) {
      return shortest.data();
    }
  }
  return std::nullopt;
}

struct HostPort {
  std::string host, port;  // empty: not given
};

// "host", "host:port", "[v6]", "[v6]:port", bare "v6".
HostPort split_port(std::string_view text) {
  if (const auto address = numeric_address(trim(text, "[]"))) return {*address, ""};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {std::string(text), ""};
  const std::string_view host = trim(text.substr(0, colon), "[]");
  return {numeric_address(host).value_or(std::string(host)), std::string(text.substr(colon + 1))};
}

// What to connect to, given what the server was told to listen on.
std::string connectable(const std::string& host) {
  if (host.empty() || host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

Reach reach_of(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.") ? Reach::local : Reach::remote;
}

std::string known_as(std::string_view written) {
  std::string host = lowered(written);
  return host == "localhost" || host == "::1" ? "127.0.0.1" : host;
}

tl::unexpected<Error> refused(std::string why) {
  return fail({.kind = ErrorKind::usage,
               .what = "could not use the address of Ollama",
               .why = std::move(why),
               .hint = "set OLLAMA_HOST to an address such as http://127.0.0.1:11434"});
}

}  // namespace

Result<Host> parse_host(std::string_view ollama_host) {
  std::string_view rest = trim(ollama_host, kBlanksAndQuotes);
  std::string scheme = "http", default_port = "11434";
  if (const auto mark = rest.find("://"); mark != std::string_view::npos) {
    scheme = rest.substr(0, mark);
    rest.remove_prefix(mark + 3);
    if (scheme != "http" && scheme != "https") return refused("it is neither http:// nor https://");
    default_port = scheme == "https" ? "443" : "80";
  } else if (rest == "ollama.com") {
    scheme = "https";
    default_port = "443";
  }

  const auto slash = rest.find('/');
  std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return refused("it holds a user name or a password");

  HostPort parts = split_port(authority);
  if (parts.port.empty()) parts.port = default_port;
  const auto port = parse_integer(parts.port);
  if (!port || *port < 1 || *port > 65535) return refused("its port is not a number from 1 to 65535");
  parts.port = fmt::format("{}", *port);  // 011434 is the same
  const std::string host = connectable(parts.host);
  const auto url_of = [&](const std::string& name) {
    const std::string bracketed = name.find(':') == std::string::npos ? name : "[" + name + "]";
    return scheme + "://" + bracketed + ":" + parts.port + std::string(path);
  };
  return Host{.url = url_of(host), .reach = reach_of(host), .id = url_of(known_as(host))};
}

}  // namespace ctxcap
