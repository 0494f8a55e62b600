#include "io/url.hpp"

#include <memory>

#include "base/text.hpp"
#include "io/curl.hpp"

namespace ctxcap::io {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl().url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

// What libcurl itself lets pass in a Location header.
constexpr unsigned kAsRedirect = CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_NON_SUPPORT_SCHEME;

// In lower case; empty where there is none.
std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl().url_get(url.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
  std::string result = lowered(text);
  curl().free(text);
  return result;
}

std::string origin_of(const Url& url) {
  return part_of(url, CURLUPART_SCHEME) + "://" + part_of(url, CURLUPART_HOST) + ":" +
         part_of(url, CURLUPART_PORT);
}

}  // namespace

bool is_loopback(const std::string& url) {
  const Url parsed(curl().url());
  if (!parsed || curl().url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return false;
  const std::string host = part_of(parsed, CURLUPART_HOST);
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool same_origin(const std::string& url, const std::string& location) {
  const Url parsed(curl().url());
  if (!parsed || curl().url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return false;
  const std::string origin = origin_of(parsed);
  // Set over an address, a relative one is taken from there.
  return curl().url_set(parsed.get(), CURLUPART_URL, location.c_str(), kAsRedirect) == CURLUE_OK &&
         origin_of(parsed) == origin;
}

std::string shown_url(std::string_view url) {
  std::string text(url.substr(0, url.find_first_of("?#")));
  const auto scheme = text.find("://");
  const auto host = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = text.rfind('@', text.find('/', host));
  if (at != std::string::npos && at >= host) text.erase(host, at + 1 - host);
  return printable(text, 200);
}

}  // namespace ctxcap::io
