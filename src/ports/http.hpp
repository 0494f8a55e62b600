#pragma once
// Seam: HTTP. Real one in io/ (libcurl), fakes and loopback servers in tests/.

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace ctxcap {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                           // sent when not empty
  std::chrono::milliseconds timeout{60'000};  // for the whole exchange; 0: none
  std::chrono::milliseconds connect_timeout{5'000};
};

struct HttpResponse {
  int status = 0;                              // any HTTP status; 404 is an answer, not an error
  std::map<std::string, std::string> headers;  // names in lower case; the last of a repeated header
  std::string body;                            // decompressed
};

class Http {
 public:
  virtual ~Http() = default;
  // Errors only where no HTTP answer arrived: ErrorKind::unreachable, `why` names URL and cause, no secrets.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace ctxcap
