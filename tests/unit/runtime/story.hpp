#pragma once
// What the tests of apply share: a fake server with a base and the real HTTP client before it, with a clock
// that does not wait.

#include <doctest/doctest.h>

#include <algorithm>

#include "io/io.hpp"
#include "runtime/runtime.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_ollama.hpp"

namespace ctxcap::test {

inline Variant triage() {
  return {.name = "tiny:triage",
          .base = "tiny:latest",
          .num_ctx = 8192,
          .num_predict = 512,
          .system = "Sort the mail.\nAnswer with one word.",
          .parameters = {{"temperature", "0.5"}, {"stop", "END"}, {"stop", "###"}},
          .modelfile =
              "# why: 41,207 requests\n"
              "FROM tiny:latest\n"
              "PARAMETER num_ctx 8192\n"
              "PARAMETER num_predict 512\n"
              "PARAMETER temperature 0.5\n"
              "PARAMETER stop END\n"
              "PARAMETER stop ###\n"
              "SYSTEM \"\"\"Sort the mail.\nAnswer with one word.\"\"\"\n"};
}

// Puts the directory of the fake `ollama` in front of PATH, or takes every `ollama` out of it.
class Path {
 public:
  explicit Path(const std::string& path) : saved_(std::getenv("PATH")) { ::setenv("PATH", path.c_str(), 1); }
  ~Path() { ::setenv("PATH", saved_.c_str(), 1); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  static std::string with_fake() { return std::string(FAKE_OLLAMA_BIN ":") + std::getenv("PATH"); }

 private:
  std::string saved_;
};

struct Story {
  Story() { fake.state().install("tiny"); }

  FakeOllama fake;
  FakeClock clock;
  io::RealWorld real;
  World world{real.world().http,      real.world().processes, clock,
              real.world().files,     real.world().console,   real.world().environment,
              real.world().databases, real.world().interrupts};
  runtime::Patience patience{.answer = std::chrono::milliseconds(2000),
                             .load = std::chrono::milliseconds(2000),
                             .create = std::chrono::milliseconds(2000),
                             .gone = std::chrono::milliseconds(2000),
                             .poll = std::chrono::milliseconds(100)};
  runtime::ApplyOptions options{.via = runtime::Via::api};

  runtime::Ollama ollama() {
    return {world.http, clock, *runtime::parse_host(fake.url()), {.patience = patience}};
  }
  Result<Receipt> apply(const Variant& variant = triage()) {
    runtime::Ollama server = ollama();
    return runtime::apply(world, server, variant, options);
  }

  // A variant that an earlier apply made, with another window.
  std::string install_previous() {
    Variant old = triage();
    old.num_ctx = 4096;
    old.system = "The old text.";
    REQUIRE(apply(old));
    fake.start_diary();
    return fake.state().find("tiny:triage")->digest;
  }
  Json parameters(const std::string& name) { return fake.state().find(name)->parameters; }
  bool asked(const std::string& request) {
    const auto diary = fake.diary();
    return std::find(diary.begin(), diary.end(), request) != diary.end();
  }
};

}  // namespace ctxcap::test
