#include "data/service_url.hpp"

#include <algorithm>

namespace ctxcap {

std::string fault_of_url(std::string_view url) {
  const bool is_http = url.starts_with("http://"), is_https = url.starts_with("https://");
  if (!is_http && !is_https) return "it does not begin with http:// or https://";
  const std::string_view rest = url.substr(is_http ? 7 : 8);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.empty()) return "it names no host";
  if (host.find('@') != host.npos) return "it holds a user name or a password, which have no place in it";
  const std::size_t query = rest.find_first_of("?#");
  const bool is_database =
      query != rest.npos && rest.substr(query).starts_with("?database=") && rest.find('&') == rest.npos;
  return query == rest.npos || is_database ? "" : "it holds a query, and a query may hold a key";
}

std::string fault_of_hook(std::string_view url) {
  const bool prints = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
  return prints ? fault_of_url(url.substr(0, url.find('?'))) : "it holds characters that no address has";
}

}  // namespace ctxcap
