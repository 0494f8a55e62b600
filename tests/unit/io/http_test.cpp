// libcurl against a server in this process.

#include <doctest/doctest.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>

#include "io/io.hpp"
#include "io/refused.hpp"

using namespace ctxcap;
using namespace std::chrono_literals;

namespace {

class Loopback {
 public:
  Loopback() {
    server.Get("/echo", [this](const httplib::Request& request, httplib::Response& response) {
      ports.insert(request.remote_port);
      response.set_header("X-Seen-Agent", request.get_header_value("User-Agent"));
      response.set_header("X-Seen-Key", request.get_header_value("X-Key"));
      response.set_content("hello", "text/plain");
    });
    server.Post("/body", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(request.method + " " + request.body, "text/plain");
    });
    server.Delete("/body", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(request.method + " " + request.body, "text/plain");
    });
    server.Get("/long", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(1'000'000, 'x'), "text/plain");  // httplib compresses text when asked
    });
    server.Get("/missing", [](const httplib::Request&, httplib::Response& response) {
      response.status = 404;
      response.set_content("{\"error\":\"no\"}", "application/json");
    });
    server.Get("/to-echo",
               [](const httplib::Request&, httplib::Response& response) { response.set_redirect("/echo"); });
    server.Get("/to-file", [](const httplib::Request&, httplib::Response& response) {
      response.set_redirect("file:///etc/hostname");
    });
    server.Get("/round",
               [](const httplib::Request&, httplib::Response& response) { response.set_redirect("/round"); });
    server.Post("/to-body", [](const httplib::Request&, httplib::Response& response) {
      response.set_redirect("/body", 301);
    });
    server.Get("/broken", [](const httplib::Request&, httplib::Response& response) {
      response.set_content_provider(100, "text/plain", [](std::size_t, std::size_t, httplib::DataSink& sink) {
        sink.write("half", 4);
        return false;  // closes the connection
      });
    });
    server.Get("/stream", [](const httplib::Request&, httplib::Response& response) {
      response.set_chunked_content_provider("text/plain", [](std::size_t offset, httplib::DataSink& sink) {
        const std::string piece(1 << 20, 'x');
        sink.write(piece.data(), piece.size());
        if (offset + piece.size() >= std::size_t{64} << 20) sink.done();
        return true;
      });
    });
    server.Get("/never", [this](const httplib::Request&, httplib::Response&) {
      std::unique_lock lock(mutex);
      released.wait(lock, [this] { return stop; });
    });
    // Answers only when three are there at once.
    server.Get("/meet", [this](const httplib::Request&, httplib::Response& response) {
      std::unique_lock lock(mutex);
      ++met;
      released.notify_all();
      released.wait(lock, [this] { return met >= 3 || stop; });
      response.set_content("met", "text/plain");
    });
    port = server.bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();  // stop() before that would be lost
  }
  ~Loopback() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    released.notify_all();
    server.stop();
    thread.join();
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port) + path; }

  httplib::Server server;
  std::set<int> ports;  // of the clients seen
  int port = 0;
  int met = 0;

 private:
  std::thread thread;
  std::mutex mutex;
  std::condition_variable released;
  bool stop = false;
};

// A port that nothing listens on.
int dead_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

void check_three_lines(const Error& error, ErrorKind kind = ErrorKind::unreachable) {
  CHECK(error.kind == kind);
  CHECK_FALSE(error.what.empty());
  CHECK_FALSE(error.why.empty());
  CHECK_FALSE(error.hint.empty());
}

}  // namespace

TEST_CASE("an answer comes with status, headers in lower case, and body, over one kept connection") {
  Loopback loopback;
  io::RealWorld real;
  Http& http = real.world().http;
  for (int i = 0; i < 3; ++i) {
    const auto response = http.send({.url = loopback.url("/echo"), .headers = {{"X-Key", "value"}}});
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == "hello");
    CHECK(response->headers.at("content-type") == "text/plain");
    CHECK(response->headers.at("x-seen-agent").starts_with("ctxcap/"));
    CHECK(response->headers.at("x-seen-key") == "value");
  }
  CHECK(loopback.ports.size() == 1);
}

TEST_CASE("404 is an answer, not an error") {
  Loopback loopback;
  io::RealWorld real;
  const auto response = real.world().http.send({.url = loopback.url("/missing")});
  REQUIRE(response);
  CHECK(response->status == 404);
  CHECK(response->body == "{\"error\":\"no\"}");
}

TEST_CASE("bodies are sent with every method, byte for byte, and nothing of one request stays in the next") {
  Loopback loopback;
  io::RealWorld real;
  Http& http = real.world().http;
  const std::string binary("a\0b\r\n\xff", 6);
  CHECK(http.send({.method = "POST", .url = loopback.url("/body"), .body = binary})->body ==
        "POST " + binary);
  CHECK(http.send({.method = "DELETE", .url = loopback.url("/body"), .body = "x"})->body == "DELETE x");
  CHECK(http.send({.method = "POST", .url = loopback.url("/body")})->body == "POST ");
  CHECK(http.send({.url = loopback.url("/echo")})->body == "hello");
  const auto head = http.send({.method = "HEAD", .url = loopback.url("/echo")});
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->body.empty());
}

TEST_CASE("a compressed answer arrives decompressed") {
  Loopback loopback;
  io::RealWorld real;
  const auto response = real.world().http.send({.url = loopback.url("/long")});
  REQUIRE(response);
  CHECK(response->headers.contains("content-encoding"));
  CHECK(response->body == std::string(1'000'000, 'x'));
}

TEST_CASE("a header cannot smuggle in another one") {
  Loopback loopback;
  io::RealWorld real;
  const auto response =
      real.world().http.send({.url = loopback.url("/echo"), .headers = {{"X-Key", "a\r\nX-Evil: b"}}});
  REQUIRE(response);
  CHECK(response->headers.at("x-seen-key") == "aX-Evil: b");
}

TEST_CASE("redirects are followed within http, a POST stays a POST, and never to a file") {
  Loopback loopback;
  io::RealWorld real;
  Http& http = real.world().http;
  CHECK(http.send({.url = loopback.url("/to-echo")})->body == "hello");
  CHECK(http.send({.method = "POST", .url = loopback.url("/to-body"), .body = "x"})->body == "POST x");
  for (const auto& row :
       {std::pair("/to-file", ErrorKind::usage), std::pair("/round", ErrorKind::unreachable)}) {
    const char* const path = row.first;
    const ErrorKind kind = row.second;
    CAPTURE(path);
    const auto refused = http.send({.url = loopback.url(path)});
    REQUIRE_FALSE(refused);
    check_three_lines(refused.error(), kind);
  }
}

TEST_CASE("what is sent, and keys in whatever header, go to the one scheme, host and port that was named") {
  Loopback named, other;
  std::atomic<int> strangers = 0;
  other.server.set_pre_routing_handler([&](const httplib::Request&, httplib::Response&) {
    ++strangers;
    return httplib::Server::HandlerResponse::Unhandled;
  });
  const std::string port = std::to_string(other.port);
  const std::string places[] = {"http://127.0.0.1:" + port + "/echo",
                                "//127.0.0.1:" + port + "/echo",
                                "http://localhost:" + std::to_string(named.port) + "/echo",
                                "https://127.0.0.1:" + std::to_string(named.port) + "/echo",
                                "http://u:p@127.0.0.1:" + port + "/echo?q=1",
                                "file:///etc/hostname",
                                "http://[bad/"};
  std::string place;
  named.server.Get("/away", [&](const httplib::Request&, httplib::Response& response) {
    response.set_redirect(place, 307);
  });
  named.server.Get("/home", [&](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("http://127.0.0.1:" + std::to_string(named.port) + "/echo");
  });
  io::RealWorld real;
  Http& http = real.world().http;
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"X-ClickHouse-User", "me"}, {"X-ClickHouse-Key", "secret"}, {"X-Key", "secret"}};
  for (const std::string& one : places) {
    CAPTURE(one);
    place = one;
    const auto batch = http.batch();
    batch->start(1, {.url = named.url("/away"), .headers = keys});
    const auto alone = http.send({.url = named.url("/away"), .headers = keys});
    const auto done = batch->next(5s);
    REQUIRE(done);
    for (const auto* response : {&alone, &done->response}) {
      REQUIRE_FALSE(*response);
      check_three_lines(response->error(), ErrorKind::usage);
      const std::string text = response->error().what + response->error().why + response->error().hint;
      CHECK(text.find("u:p") == std::string::npos);
      CHECK(text.find("q=1") == std::string::npos);
      if (one.starts_with("http://127")) CHECK(text.find(one) != std::string::npos);
    }
  }
  CHECK(strangers == 0);
  const auto home = http.send({.url = named.url("/home"), .headers = keys});
  REQUIRE(home);
  CHECK(home->headers.at("x-seen-key") == "secret");
}

TEST_CASE("an answer that is larger than its kind is not taken into memory") {
  Loopback loopback;
  io::RealWorld real;
  Http& http = real.world().http;
  CHECK(http.send({.url = loopback.url("/long"), .most_body = 1'000'000})->body.size() == 1'000'000);
  for (const char* path : {"/long", "/stream"}) {
    const auto response = http.send({.url = loopback.url(path), .most_body = 999'999});
    REQUIRE_FALSE(response);
    check_three_lines(response.error());
    CHECK(response.error().why.find("the answer is larger than 977 KiB") != std::string::npos);
  }
}

TEST_CASE("no answer is `unreachable`, with what, why and a hint") {
  Loopback loopback;
  io::RealWorld real;
  const HttpRequest requests[] = {
      {.url = "http://127.0.0.1:" + std::to_string(dead_port()) + "/"},
      {.url = loopback.url("/never"), .timeout = 50ms},
      {.url = loopback.url("/broken")},
      {.url = "file:///etc/hostname"},
      {.url = "http://"},
      {.url = ""},
      {.url = "no scheme at all"},
  };
  for (const HttpRequest& request : requests) {
    CAPTURE(request.url);
    const auto response = real.world().http.send(request);
    REQUIRE_FALSE(response);
    check_three_lines(response.error());
  }
}

TEST_CASE("an address of this machine that nobody listens on is known without libcurl, and with it told alike") {
  io::RealWorld real;
  Http& http = real.world().http;
  Loopback server;
  const std::string here = server.url("/echo");
  CHECK(!io::nobody_listens(here));
  for (const std::string url : {"http://127.0.0.1:9", "http://127.0.0.1:9/api/tags", "http://127.8.8.8:9?x"}) {
    CAPTURE(url);
    CHECK(io::nobody_listens(url));
    const auto got = http.send({.url = url});
    REQUIRE(!got);
    CHECK(got.error().kind == ErrorKind::unreachable);
    CHECK(got.error().why.ends_with(": Connection refused"));
  }
  // What libcurl may read otherwise is libcurl's to ask.
  for (const char* url : {"http://localhost:9", "https://127.0.0.1:9", "http://a@127.0.0.1:9", "http://127.0.0.1:99999",
                          "http://127.0.0.1.example.com:9", "http://127.1:9", "http://127.0.0.1:9x", "ftp://127.0.0.1:9", ""}) {
    CAPTURE(url);
    CHECK(!io::nobody_listens(url));
  }
  REQUIRE(http.send({.url = here}));  // from here on it is libcurl that is refused
  const auto got = http.send({.url = "http://127.0.0.1:9/"});
  REQUIRE(!got);
  CHECK(got.error().why.ends_with(": Connection refused"));
}

TEST_CASE("errors name the address, but no password and no query") {
  io::RealWorld real;
  const std::string port = std::to_string(dead_port());
  const auto response =
      real.world().http.send({.url = "http://user:secret@127.0.0.1:" + port + "/api?key=secret"});
  REQUIRE_FALSE(response);
  CHECK(response.error().why.find("GET http://127.0.0.1:" + port + "/api: ") == 0);
  CHECK((response.error().what + response.error().why + response.error().hint).find("secret") ==
        std::string::npos);
}

TEST_CASE("a proxy from the environment is not used for loopback") {
  Loopback loopback;
  io::RealWorld real;
  const std::string proxy = "http://127.0.0.1:" + std::to_string(dead_port());
  ::setenv("http_proxy", proxy.c_str(), 1);
  const auto near = real.world().http.send({.url = loopback.url("/echo")});
  const auto far = real.world().http.send({.url = "http://ctxcap.invalid/"});
  ::unsetenv("http_proxy");
  CHECK(near);
  REQUIRE_FALSE(far);
  CHECK(far.error().why.find("127.0.0.1") !=
        std::string::npos);  // it was the proxy that could not be reached
}

TEST_CASE("a private certificate authority is trusted when its file is named, and not before") {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> own(X509_new(), &X509_free);
  X509_gmtime_adj(X509_getm_notBefore(own.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(own.get()), 3600);
  X509_set_pubkey(own.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(own.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(own.get(), name);
  REQUIRE(X509_sign(own.get(), key.get(), EVP_sha256()) > 0);
  httplib::SSLServer server(own.get(), key.get());
  server.Get("/echo", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("hello", "text/plain");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();

  io::RealWorld real;
  const auto folder = real.world().files.make_private_directory();
  REQUIRE(folder);
  const std::string path = (*folder)->path() + "/ca.pem";
  std::FILE* const file = std::fopen(path.c_str(), "w");
  REQUIRE(file != nullptr);
  PEM_write_X509(file, own.get());
  std::fclose(file);

  const HttpRequest request{.url = "https://localhost:" + std::to_string(port) + "/echo"};
  ::unsetenv("CURL_CA_BUNDLE");  // of whoever runs the tests
  ::unsetenv("SSL_CERT_FILE");
  const auto refused = real.world().http.send(request);
  ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  const auto trusted = real.world().http.send(request);
  ::unsetenv("SSL_CERT_FILE");
  server.stop();
  serving.join();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint.find("SSL_CERT_FILE") != std::string::npos);
  REQUIRE_MESSAGE(trusted, trusted.error().why);
  CHECK(trusted->body == "hello");
}

TEST_CASE("exchanges of a batch overlap, and each says which it was") {
  Loopback loopback;
  io::RealWorld real;
  const auto batch = real.world().http.batch();
  CHECK_FALSE(batch->next(0ms));
  for (const std::size_t tag : {7U, 8U, 9U}) batch->start(tag, {.url = loopback.url("/meet")});
  std::set<std::size_t> tags;
  while (const auto done = batch->next(10'000ms)) {
    REQUIRE(done->response);
    CHECK(done->response->body == "met");
    tags.insert(done->tag);
  }
  CHECK(tags == std::set<std::size_t>{7, 8, 9});
}

TEST_CASE("a batch goes on where one of its exchanges fails, and keeps its connections") {
  Loopback loopback;
  io::RealWorld real;
  const auto batch = real.world().http.batch();
  batch->start(1, {.url = "http://127.0.0.1:" + std::to_string(dead_port()) + "/"});
  const auto failed = batch->next(10'000ms);
  REQUIRE(failed);
  check_three_lines(failed->response.error());
  for (std::size_t tag = 2; tag < 5; ++tag) {
    batch->start(tag, {.url = loopback.url("/echo"), .headers = {{"X-Key", std::to_string(tag)}}});
    const auto done = batch->next(10'000ms);
    REQUIRE(done);
    REQUIRE(done->response);
    CHECK(done->tag == tag);
    CHECK(done->response->headers.at("x-seen-key") == std::to_string(tag));
  }
  CHECK(loopback.ports.size() == 1);
}

TEST_CASE("a batch that is dropped drops what is under way; waiting for it ends when told") {
  Loopback loopback;
  io::RealWorld real;
  const auto batch = real.world().http.batch();
  batch->start(1, {.url = loopback.url("/never")});
  CHECK_FALSE(batch->next(1ms));
}

TEST_CASE("an answer can be taken in pieces, and is then not kept") {
  Loopback loopback;
  io::RealWorld real;
  Http& http = real.world().http;
  std::size_t taken = 0, largest = 0;
  const auto take = [&](std::string_view piece) {
    taken += piece.size();
    largest = std::max(largest, piece.size());
    return true;
  };
  const auto response = http.send({.url = loopback.url("/stream"), .on_body = take});
  REQUIRE(response);
  CHECK(response->body.empty());
  CHECK(taken == std::size_t{64} << 20);
  CHECK(largest <= std::size_t{1} << 20);

  // What is no answer to the question comes as ever, and so do redirects.
  taken = 0;
  CHECK(http.send({.url = loopback.url("/missing"), .on_body = take})->body == "{\"error\":\"no\"}");
  CHECK(taken == 0);
  CHECK(http.send({.url = loopback.url("/to-echo"), .on_body = take})->status == 200);
  CHECK(taken == 5);

  // Whoever takes may have enough.
  const auto enough =
      http.send({.url = loopback.url("/stream"), .on_body = [](std::string_view) { return false; }});
  REQUIRE_FALSE(enough);
  CHECK(enough.error().kind == ErrorKind::unreachable);
  // An answer that breaks off is an error, whatever came before.
  CHECK_FALSE(http.send({.url = loopback.url("/broken"), .on_body = take}).has_value());
  CHECK(http.send({.url = loopback.url("/echo")})->body == "hello");
}

TEST_CASE("a server behind a Unix socket is spoken to, whatever proxy there is; one that is none says why") {
  io::RealWorld real;
  const auto folder = real.world().files.make_private_directory().value();
  const std::string path = folder->path() + "/s.sock";
  httplib::Server server;
  server.Get("/here", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("by socket", "text/plain");
  });
  server.set_address_family(AF_UNIX);
  REQUIRE(server.bind_to_port(path.c_str(), 80));
  std::thread thread([&] { server.listen_after_bind(); });
  ::setenv("http_proxy", "http://127.0.0.1:9", 1);
  const auto answer = real.world().http.send({.url = "http://docker/here", .socket = path});
  ::unsetenv("http_proxy");
  server.stop();
  thread.join();
  REQUIRE(answer);
  CHECK(answer->body == "by socket");
  const auto none = real.world().http.send({.url = "http://docker/here", .socket = path + "x"});
  REQUIRE_FALSE(none);
  CHECK(none.error().why == "GET http://docker/here: " + path + "x: No such file or directory");
}
