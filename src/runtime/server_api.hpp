#pragma once
// Inside runtime/: requests to servers other than Ollama, and what they answer.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/http.hpp"
#include "runtime/wire.hpp"

namespace ctxcap::runtime {

struct ServerAnswer {
  int status = 0;
  std::string text;
  Json body;  // null: it is no JSON
};

class ServerApi {
 public:
  // `url` without a slash at its end; `key`: a bearer token, "" for none.
  ServerApi(Http& http, std::string url, const std::string& key = "");

  const std::string& url() const { return url_; }
  // Errors only where no answer came (ErrorKind::unreachable).
  Result<ServerAnswer> get(const std::string& path);
  Result<ServerAnswer> post(const std::string& path, const Json& body);

 private:
  Result<ServerAnswer> send(HttpRequest request);

  Http& http_;
  std::string url_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

// Whether a request is at work in one of the slots that llama-server's /slots lists.
bool any_processing(const Json& slots);

// Whom nobody could ask: "no `program` could be asked at `url`".
Error not_asked(const std::string& program, const std::string& url, std::string why, std::string hint);

// The number; "" for one that is not told.
std::string told(std::optional<i64> number);

// Letters, digits and "-._~" as they are, the rest as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace ctxcap::runtime
