#pragma once
// Seam: HTTP. Real one in io/ (libcurl), fakes and loopback servers in tests/.

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace ctxcap {

inline constexpr std::size_t kMostOfAnswer = std::size_t{64} << 20;  // bytes; no page of an API has more

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string socket;  // path of the Unix socket that is spoken to instead of the address's host; "": none
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                           // sent when not empty
  std::chrono::milliseconds timeout{60'000};  // for the whole exchange; 0: none
  std::chrono::milliseconds connect_timeout{5'000};
  std::size_t most_body = kMostOfAnswer;  // bytes of an answer, decompressed; more is an error
  // Takes the body of a 200 answer in pieces, as they arrive, however long it is; HttpResponse::body stays
  // empty. False ends the exchange with an error. Other answers have their body in the response as ever.
  std::function<bool(std::string_view)> on_body;
  // False: the body stays in the content coding that the server chose of those that a header of yours
  // accepts.
  bool decoded = true;
  bool secret_path = false;       // nobody is to be told what follows the host in the address
  std::function<void()> on_wait;  // called about once a second while the answer is waited for; may be empty
};

struct HttpResponse {
  int status = 0;                              // any HTTP status; 404 is an answer, not an error
  std::map<std::string, std::string> headers;  // names in lower case; the last of a repeated header
  std::string body;                            // decompressed, unless that was not asked for
};

// Exchanges that overlap, for one thread: start some, then take them as they end.
class HttpBatch {
 public:
  struct Done {
    std::size_t tag = 0;  // as given to start()
    Result<HttpResponse> response;
  };
  virtual ~HttpBatch() = default;
  virtual void start(std::size_t tag, HttpRequest request) = 0;
  // The next exchange that ended; nullopt: none did within `most`, or none is under way.
  virtual std::optional<Done> next(std::chrono::milliseconds most) = 0;
};

class Http {
 public:
  virtual ~Http() = default;
  // Errors only where no HTTP answer arrived: ErrorKind::unreachable, `why` names URL and cause, no secrets.
  // And ErrorKind::usage where the answer redirects to another origin (scheme, host, port): nothing is sent
  // there, whatever it is. Redirects within the origin are followed.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
  // This one sends them one after the other, in the order of start(); it must not outlive the port.
  virtual std::unique_ptr<HttpBatch> batch();
};

inline std::unique_ptr<HttpBatch> Http::batch() {
  class OneByOne final : public HttpBatch {
   public:
    explicit OneByOne(Http& http) : http_(http) {}
    void start(std::size_t tag, HttpRequest request) override {
      waiting_.emplace_back(tag, std::move(request));
    }
    std::optional<Done> next(std::chrono::milliseconds) override {
      if (waiting_.empty()) return std::nullopt;
      const auto [tag, request] = std::move(waiting_.front());
      waiting_.pop_front();
      return Done{tag, http_.send(request)};
    }

   private:
    Http& http_;
    std::deque<std::pair<std::size_t, HttpRequest>> waiting_;
  };
  return std::make_unique<OneByOne>(*this);
}

}  // namespace ctxcap
