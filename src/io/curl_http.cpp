// Http by libcurl. Handles are kept, so connections are kept alive between requests.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/text.hpp"
#include "base/units.hpp"
#include "base/version.hpp"
#include "io/curl.hpp"
#include "io/fd.hpp"
#include "io/parts.hpp"
#include "io/refused.hpp"
#include "io/url.hpp"

namespace ctxcap::io {
namespace {

constexpr long kMaxRedirects = 5;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl().easy_cleanup(handle); }
};
struct SlistDeleter {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Slist = std::unique_ptr<curl_slist, SlistDeleter>;

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// Called about once a second while waiting, and whenever something arrives.
int stop_when_interrupted(void* request, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& on_wait = static_cast<const HttpRequest*>(request)->on_wait;
  if (on_wait) on_wait();
  return interrupted() ? 1 : 0;
}

const char* hint_for(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return "try again, or allow more time";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check the host name, and https_proxy and no_proxy in the environment";
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "use an address that begins with http:// or https://";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "name the file of the server's certificate authority in SSL_CERT_FILE; certificates are always "
             "checked";
    default:
      return "check that the server runs and that the address is right";
  }
}

// Whoever was named gets what is asked, and the keys with it. Whom that one names gets neither.
tl::unexpected<Error> sent_elsewhere(const HttpRequest& request, const std::string& where) {
  const std::string address = shown_url(request.url);
  return fail(
      {.kind = ErrorKind::usage,
       .what = address + " redirects to another server",
       .why = fmt::format("{} {}: it leads to {}; questions and keys go nowhere but to the address that "
                          "was named",
                          request.method, address, where),
       .hint = "if that is the right server, name its address instead"});
}

tl::unexpected<Error> unreachable(const HttpRequest& request, std::string_view cause, std::string_view hint) {
  const std::string address = shown_url(request.url);
  return fail({.kind = ErrorKind::unreachable,
               .what = "no answer from " + address,
               .why = fmt::format("{} {}: {}", request.method, address, cause),
               .hint = std::string(hint)});
}

// Loads libcurl, where nobody has yet.
Easy new_handle() {
  return Easy(load_curl() != nullptr ? curl().easy_init() : nullptr);
}

tl::unexpected<Error> no_curl(const HttpRequest& request) {
  return unreachable(request, "libcurl could not be loaded", "install it: apt install libcurl4");
}

Slist header_list(const HttpRequest& request) {
  Slist list(curl().slist_append(nullptr, "Expect:"));  // no waiting for "100 Continue"
  for (const auto& [name, value] : request.headers) {
    // libcurl reads "Name;" as an empty header, and would send a line end inside a value as it is.
    std::string line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
    std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
    if (curl_slist* grown = curl().slist_append(list.get(), line.c_str())) {
      [[maybe_unused]] curl_slist* same = list.release();
      list.reset(grown);
    }
  }
  return list;
}

// One request on one handle. It must stay where it is while libcurl writes into it.
class Exchange {
 public:
  Exchange(CURL* handle, HttpRequest request)
      : handle_(handle), request_(std::move(request)), headers_(header_list(request_)) {
    set_behaviour();
    set_method();
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_ERRORBUFFER, detail_.data());
    set(CURLOPT_WRITEFUNCTION, &Exchange::take_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Exchange::take_header);
    set(CURLOPT_HEADERDATA, this);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Result<HttpResponse> ended(CURLcode code) {
    if (!elsewhere_.empty()) return sent_elsewhere(request_, elsewhere_);
    if (code != CURLE_OK) {
      std::string cause = detail_[0] != '\0' ? detail_.data() : curl().easy_strerror(code);
      if (code == CURLE_WRITE_ERROR && !streams())
        cause = "the answer is larger than " + human_bytes(static_cast<Bytes>(request_.most_body));
      // libcurl's own words leave it out; where a proxy may stand between, they say who was asked.
      long number = 0;
      if (code == CURLE_COULDNT_CONNECT && (!request_.socket.empty() || is_loopback(request_.url)))
        curl().easy_getinfo(handle_, CURLINFO_OS_ERRNO, &number);
      if (number != 0) {
        cause = request_.socket + (request_.socket.empty() ? "" : ": ") + errno_text(static_cast<int>(number));
      }
      if (code == CURLE_ABORTED_BY_CALLBACK) cause = "a signal asked to stop";
      return unreachable(request_, cause, hint_for(code));
    }
    long status = 0;
    curl().easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return std::move(response_);
  }

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    curl().easy_setopt(handle_, option, value);
  }

  // Redirects and refusals are read as a whole, whoever waits for the answer itself.
  bool streams() const {
    long status = 0;
    curl().easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    return request_.on_body && status == 200;
  }

  // Called once per header line, for every answer on the way (redirects, 100): a status line starts afresh.
  static std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
    Exchange& exchange = *static_cast<Exchange*>(user);
    auto& headers = exchange.response_.headers;
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) headers.clear();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return size;
    const std::string name = lowered(trim(line.substr(0, colon)));
    const std::string value = trim(line.substr(colon + 1));
    if (name == "location" && exchange.is_redirect() && !same_origin(exchange.request_.url, value)) {
      exchange.elsewhere_ = shown_url(value);
      return 0;  // ends the exchange before libcurl follows
    }
    headers[name] = value;
    return size;
  }

  bool is_redirect() const {
    long status = 0;
    curl().easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    return status >= 300 && status < 400;
  }

  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
    Exchange& exchange = *static_cast<Exchange*>(user);
    if (exchange.streams()) return exchange.request_.on_body(std::string_view(data, size)) ? size : 0;
    std::string& body = exchange.response_.body;
    if (size > exchange.request_.most_body - body.size()) return 0;
    body.append(data, size);
    return size;
  }

  void set_behaviour() {
    set(CURLOPT_URL, request_.url.c_str());
    if (!request_.socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, request_.socket.c_str());
    set(CURLOPT_USERAGENT, fmt::format("ctxcap/{}", version()).c_str());
    if (request_.decoded) set(CURLOPT_ACCEPT_ENCODING, "");  // whatever this libcurl can decompress
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &stop_when_interrupted);
    set(CURLOPT_XFERINFODATA, &request_);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
    set(CURLOPT_PROTOCOLS_STR, "http,https");  // never file:, ftp: and the like
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMaxRedirects);
    set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));  // a POST stays one
    for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {  // a private authority; the later one wins
      if (const char* file = std::getenv(name); file != nullptr && *file != '\0') set(CURLOPT_CAINFO, file);
    }
    if (const char* folder = std::getenv("SSL_CERT_DIR"); folder != nullptr && *folder != '\0')
      set(CURLOPT_CAPATH, folder);
    if (is_loopback(request_.url) || !request_.socket.empty())
      set(CURLOPT_PROXY, "");  // else http_proxy, https_proxy, no_proxy
  }

  void set_method() {
    if (request_.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (!request_.body.empty() || request_.method == "POST") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      set(CURLOPT_POSTFIELDS, request_.body.data());
    }
    if (request_.method != "GET" && request_.method != "HEAD" && request_.method != "POST") {
      set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
  }

  CURL* handle_;
  HttpRequest request_;
  Slist headers_;
  HttpResponse response_;
  std::string elsewhere_;  // where a redirect led that was not followed
  std::array<char, CURL_ERROR_SIZE> detail_{};
};

// Handles are kept for the next exchange; connections are libcurl's to keep.
class CurlBatch final : public HttpBatch {
 public:
  CurlBatch() : multi_(load_curl() != nullptr ? curl().multi_init() : nullptr) {}
  ~CurlBatch() override {
    for (auto& [handle, running] : running_) curl().multi_remove_handle(multi_.get(), handle);
  }
  CurlBatch(const CurlBatch&) = delete;
  CurlBatch& operator=(const CurlBatch&) = delete;

  void start(std::size_t tag, HttpRequest request) override {
    Easy easy = idle_.empty() ? new_handle() : std::move(idle_.back());
    if (!idle_.empty()) idle_.pop_back();
    if (!easy || !multi_) {
      failed_.push_back({tag, no_curl(request)});
      return;
    }
    curl().easy_reset(easy.get());
    CURL* const handle = easy.get();
    running_[handle] = {tag, std::move(easy), std::make_unique<Exchange>(handle, std::move(request))};
    curl().multi_add_handle(multi_.get(), handle);
  }

  std::optional<Done> next(std::chrono::milliseconds most) override {
    if (!failed_.empty()) {
      Done done = std::move(failed_.back());
      failed_.pop_back();
      return done;
    }
    const auto until = std::chrono::steady_clock::now() + most;
    while (!running_.empty()) {
      int still = 0, left = 0;
      curl().multi_perform(multi_.get(), &still);
      while (CURLMsg* message = curl().multi_info_read(multi_.get(), &left)) {
        if (message->msg == CURLMSG_DONE) return finish(message->easy_handle, message->data.result);
      }
      const auto rest =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (rest.count() <= 0) break;
      curl().multi_poll(multi_.get(), nullptr, 0, static_cast<int>(std::min<long>(rest.count(), 1'000)),
                        nullptr);
    }
    return std::nullopt;
  }

 private:
  struct Running {
    std::size_t tag = 0;
    Easy easy;
    std::unique_ptr<Exchange> exchange;
  };
  struct MultiDeleter {
    void operator()(CURLM* handle) const { curl().multi_cleanup(handle); }
  };

  Done finish(CURL* handle, CURLcode code) {
    const auto found = running_.find(handle);
    Done done{found->second.tag, found->second.exchange->ended(code)};
    curl().multi_remove_handle(multi_.get(), handle);
    idle_.push_back(std::move(found->second.easy));
    running_.erase(found);
    return done;
  }

  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::map<CURL*, Running> running_;
  std::vector<Easy> idle_;
  std::vector<Done> failed_;
};

class CurlHttp final : public Http {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    if (!easy_ && request.socket.empty() && nobody_listens(request.url))
      return unreachable(request, errno_text(ECONNREFUSED), hint_for(CURLE_COULDNT_CONNECT));
    if (!easy_) easy_ = new_handle();
    if (!easy_) return no_curl(request);
    curl().easy_reset(easy_.get());  // options go, open connections stay
    Exchange exchange(easy_.get(), request);
    return exchange.ended(curl().easy_perform(easy_.get()));
  }

  std::unique_ptr<HttpBatch> batch() override { return std::make_unique<CurlBatch>(); }

 private:
  Easy easy_;
};

}  // namespace

std::unique_ptr<Http> make_curl_http() {
  return std::make_unique<CurlHttp>();
}

}  // namespace ctxcap::io
