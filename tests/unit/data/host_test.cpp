#include <doctest/doctest.h>

#include "data/host.hpp"

using namespace ctxcap;

TEST_CASE("OLLAMA_HOST is read as Ollama reads it") {
  struct Row {
    const char* text;
    const char* url;
    Reach reach;
  };
  const Row rows[] = {
      {"", "http://127.0.0.1:11434", Reach::local},
      {"  \t", "http://127.0.0.1:11434", Reach::local},
      {"127.0.0.1", "http://127.0.0.1:11434", Reach::local},
      {"127.0.0.1:8080", "http://127.0.0.1:8080", Reach::local},
      {":8080", "http://127.0.0.1:8080", Reach::local},
      {"localhost", "http://localhost:11434", Reach::local},
      {"gpu-box", "http://gpu-box:11434", Reach::remote},
      {"gpu-box:1234", "http://gpu-box:1234", Reach::remote},
      {"gpu-box/ollama", "http://gpu-box:11434/ollama", Reach::remote},
      {"gpu-box:1234/ollama/", "http://gpu-box:1234/ollama", Reach::remote},
      {" \"gpu-box\" ", "http://gpu-box:11434", Reach::remote},
      {"'gpu-box:1'", "http://gpu-box:1", Reach::remote},
      // with a scheme, its own default port
      {"http://gpu-box", "http://gpu-box:80", Reach::remote},
      {"http://gpu-box:11434", "http://gpu-box:11434", Reach::remote},
      {"https://gpu-box", "https://gpu-box:443", Reach::remote},
      {"https://gpu-box/a/b/", "https://gpu-box:443/a/b", Reach::remote},
      {"http://127.0.0.1:11434/", "http://127.0.0.1:11434", Reach::local},
      {"ollama.com", "https://ollama.com:443", Reach::remote},
      {"http://ollama.com", "http://ollama.com:80", Reach::remote},
      {"gpu-box:65535", "http://gpu-box:65535", Reach::remote},
      {"gpu-box:011434", "http://gpu-box:11434", Reach::remote},
      {"gpu-box:", "http://gpu-box:11434", Reach::remote},
      // IPv6, bare and in brackets
      {"::1", "http://[::1]:11434", Reach::local},
      {"[::1]", "http://[::1]:11434", Reach::local},
      {"[::1]:8080", "http://[::1]:8080", Reach::local},
      {"0:0:0:0:0:0:0:1", "http://[::1]:11434", Reach::local},
      {"2001:db8::1", "http://[2001:db8::1]:11434", Reach::remote},
      {"http://[2001:db8::1]", "http://[2001:db8::1]:80", Reach::remote},
      // addresses to listen on are not addresses to connect to
      {"0.0.0.0", "http://127.0.0.1:11434", Reach::local},
      {"0.0.0.0:8080", "http://127.0.0.1:8080", Reach::local},
      {"http://0.0.0.0", "http://127.0.0.1:80", Reach::local},
      {"::", "http://[::1]:11434", Reach::local},
      {"[::]:8080", "http://[::1]:8080", Reach::local},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto host = parse_host(row.text);
    REQUIRE(host);
    CHECK(host->url == row.url);
    CHECK(host->reach == row.reach);
  }
}

TEST_CASE("an address that Ollama cannot mean is refused, and its password is not repeated") {
  for (const char* text :
       {"unix:///run/ollama.sock", "ftp://gpu-box", "http://user:secret@gpu-box", "user:secret@gpu-box",
        "gpu-box:99999", "gpu-box:-1", "gpu-box:0", "gpu-box:eleven", "https://gpu-box:x", "[::1]:70000"}) {
    CAPTURE(text);
    const auto host = parse_host(text);
    REQUIRE_FALSE(host);
    CHECK(host.error().kind == ErrorKind::usage);
    CHECK((host.error().what + host.error().why + host.error().hint).find("secret") == std::string::npos);
  }
}

TEST_CASE("however a server is written, it is one") {
  for (const char* text : {"", "localhost", "LocalHost:11434", "http://localhost:11434/", "127.0.0.1",
                           "[::1]", "::1", "0.0.0.0", "http://[0:0:0:0:0:0:0:1]:11434"}) {
    CAPTURE(text);
    CHECK(parse_host(text)->id == "http://127.0.0.1:11434");
  }
  CHECK(parse_host("HTTP-box/a/")->id == "http://http-box:11434/a");
  for (const char* other :
       {"https://localhost:11434", "localhost:11435", "localhost/a", "127.0.0.2", "gpu-box"}) {
    CAPTURE(other);
    CHECK(parse_host(other)->id != "http://127.0.0.1:11434");
  }
}
