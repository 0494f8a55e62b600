// The router's preset: edited byte for byte, reloaded, proved, and undone wherever it is stopped.

#include "runtime/llama_server/router.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "io/io.hpp"
#include "runtime/llama_server/preset.hpp"
#include "runtime/served/change_file.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_served.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kPreset =
    "version = 1\n[*]\nnp = 1\nctx-size = 4096\n\n[triage]\nmodel = /models/tiny-llama.gguf\nalias = "
    "triage,job-a\n"
    "ctx-size = 2048   ; what a job needs\ncache-type-k = f16\nload-on-startup = true\n\n# the "
    "others\n[summary]\n"
    "model = /models/tiny-qwen64.gguf\nc = 8192\nparallel = 2\n";

std::string whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct RouterStory {
  RouterStory() {
    path = std::filesystem::temp_directory_path() / ("ctxcap-router-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
    preset = path / "models.ini";
    std::ofstream(preset, std::ios::binary) << kPreset;
    router.preset = preset;
    router.read_preset();
  }
  ~RouterStory() { std::filesystem::remove_all(path); }

  io::RealWorld real;
  World outside = real.world();
  test::FakeClock clock;
  test::FakeRouter router;
  std::filesystem::path path;
  std::string preset;
  World world{router,
              outside.processes,
              clock,
              outside.files,
              outside.console,
              outside.environment,
              outside.databases,
              outside.interrupts};

  std::unique_ptr<runtime::FileServer> server() {
    return runtime::open_router(world, {.url = "http://127.0.0.1:8080", .preset = preset}, "triage");
  }
  Result<ServedVerification> change() {
    return runtime::change_file(world, *server(), {.says = "ctx-size=3072 parallel=1"});
  }
  Result<bool> recover() { return runtime::recover_file(world, *server()); }
  bool is_as_before() const {
    return whole_file(preset) == kPreset && !std::filesystem::exists(runtime::backup_of(preset));
  }
};

}  // namespace

TEST_CASE("preset: one value changes, and every other byte stays") {
  const auto edited = runtime::edit_preset(kPreset, "triage", {{"ctx-size", "3072"}});
  REQUIRE(edited);
  std::string expected = kPreset;
  expected.replace(expected.find("2048"), 4, "3072");
  CHECK(*edited == expected);

  const auto other = runtime::edit_preset(kPreset, "summary", {{"ctx-size", "6144"}, {"parallel", "3"}});
  REQUIRE(other);  // under its short name
  expected = kPreset;
  expected.replace(expected.find("8192"), 4, "6144");
  expected.replace(expected.find("parallel = 2") + 11, 1, "3");
  CHECK(*other == expected);

  const auto added = runtime::edit_preset("[a]\r\nmodel = x\r\n\r\n[b]\r\n", "a", {{"parallel", "2"}});
  REQUIRE(added);
  CHECK(*added == "[a]\r\nmodel = x\r\nparallel = 2\r\n\r\n[b]\r\n");
  const auto last = runtime::edit_preset("[a]\nmodel = x", "a", {{"parallel", "2"}});
  REQUIRE(last);
  CHECK(*last == "[a]\nmodel = x\nparallel = 2");

  CHECK(runtime::preset_value(kPreset, "triage", "parallel") == "1");  // of [*]
  CHECK(runtime::preset_value(kPreset, "summary", "ctx-size") == "8192");
  const auto gone = runtime::edit_preset(*added, "a", {{"parallel", ""}});
  REQUIRE(gone);  // and goes again without a trace
  CHECK(*gone == "[a]\r\nmodel = x\r\n\r\n[b]\r\n");
  CHECK(*runtime::edit_preset(*last, "a", {{"parallel", ""}}) == "[a]\nmodel = x");
  CHECK(!runtime::edit_preset(kPreset, "nosuch", {{"ctx-size", "1"}}));
  CHECK(!runtime::edit_preset("[a]\n[a]\n", "a", {{"ctx-size", "1"}}));
  CHECK(!runtime::edit_preset("[a]\nc = 1\nctx-size = 2\n", "a", {{"ctx-size", "1"}}));
}

TEST_CASE("preset: values end where the router's own grammar ends them") {
  const auto value = [](const std::string& line, const char* flag) {
    return runtime::own_preset_value("[a]\n" + line + "\n", "a", flag);
  };
  CHECK(value("ctx-size = 8192;mine", "ctx-size") == "8192");
  CHECK(value("c=8192\t# mine", "ctx-size") == "8192");
  CHECK(value("model = /my models/a b.gguf  \r", "model") == "/my models/a b.gguf");
  CHECK(value("LLAMA_ARG_CTX_SIZE = 4096", "ctx-size") == "4096");
  CHECK(value("ctx-size = ; nothing", "ctx-size").empty());
  CHECK(*runtime::edit_preset("[a]\nc=8192;mine", "a", {{"ctx-size", "4096"}}) == "[a]\nc=4096;mine");
  CHECK(!runtime::edit_preset("[a]\nc = ; x\n", "a", {{"ctx-size", "4096"}}));
}

TEST_CASE("preset: who shares one cache, and under which name a section is listed") {
  CHECK(runtime::preset_shares("[a]\nkvu = on\n", "a"));
  CHECK(runtime::preset_shares("[*]\nkv-unified = true\n[a]\nc = 1\n", "a"));
  CHECK(!runtime::preset_shares("[*]\nkv-unified = true\n[a]\nno-kvu = 1\n", "a"));
  CHECK(!runtime::preset_shares("[a]\nkv-unified = false\n[b]\nkvu = 1\n", "a"));
  CHECK(runtime::is_listed_as("a", "a"));
  CHECK(runtime::is_listed_as("org/m:q4_0", "org/m:Q4_0"));
  CHECK(runtime::is_listed_as("org/m:m-q4_k_m", "org/m:Q4_K_M"));
  CHECK(!runtime::is_listed_as("org/m:q4_0", "org/n:Q4_0"));
  CHECK(!runtime::is_listed_as("a", "A"));
}

TEST_CASE("router: a change is read, loaded and proved; what was not loaded is unloaded again") {
  RouterStory story;
  const auto seen = story.change();
  REQUIRE_MESSAGE(seen, (seen ? "" : seen.error().why));
  CHECK(seen->holds() == true);
  CHECK(whole_file(story.preset).find("ctx-size = 3072   ; what a job needs") != std::string::npos);
  CHECK(!std::filesystem::exists(runtime::backup_of(story.preset)));
  CHECK(story.router.state == "unloaded");
}

TEST_CASE("router: a load that fails, a command line that wins and a window that is another are undone") {
  struct Fault {
    const char* why;
    void (*make)(test::FakeRouter&);
  };
  const Fault kFaults[] = {{"failed to load", [](test::FakeRouter& r) { r.fails_at = 3072; }},
                           {"its own command line wins", [](test::FakeRouter& r) { r.own_ctx = 1024; }},
                           {"n_ctx of a slot is 2816", [](test::FakeRouter& r) { r.less = 256; }}};
  for (const Fault& fault : kFaults) {
    for (const bool loaded : {false, true}) {
      CAPTURE(fault.why);
      RouterStory story;
      story.router.state = loaded ? "loaded" : "unloaded";
      fault.make(story.router);
      const auto seen = story.change();
      REQUIRE(!seen);
      CHECK(seen.error().kind == ErrorKind::unverified);
      CHECK(seen.error().why.find(fault.why) != std::string::npos);
      CHECK(story.is_as_before());
      CHECK(story.router.state == (loaded ? "loaded" : "unloaded"));
    }
  }
}

TEST_CASE("router: whichever request goes unanswered, the preset is whole, and what is left is mended") {
  int steps = 0;
  {
    RouterStory story;
    REQUIRE(story.change());
    steps = story.router.requests;
  }
  for (int at = 1; at <= steps; ++at) {
    CAPTURE(at);
    RouterStory story;
    story.router.gone_from = at;
    const auto seen = story.change();
    if (seen) continue;  // the last one only unloads
    CHECK(story.is_as_before());
  }
}

TEST_CASE("router: killed at any request of it, the next one puts the preset back") {
  int steps = 0;
  {
    RouterStory story;
    REQUIRE(story.change());
    steps = story.router.requests;
  }
  for (int at = 1; at <= steps; ++at) {
    CAPTURE(at);
    RouterStory story;
    const pid_t child = ::fork();
    if (child == 0) {
      story.router.dies_at = at;
      static_cast<void>(story.change());
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    story.router.read_preset();  // as that process left it
    REQUIRE(story.recover());
    CHECK(story.is_as_before());
  }
}

TEST_CASE("router: what a killed run left is put back by the next one, at every moment of it") {
  for (const bool edited : {false, true}) {
    RouterStory story;
    std::ofstream(runtime::backup_of(story.preset), std::ios::binary) << kPreset;
    if (edited) {
      const auto half = runtime::edit_preset(kPreset, "triage", {{"ctx-size", "9999"}});
      std::ofstream(story.preset, std::ios::binary) << *half;
    }
    const auto recovered = story.recover();
    REQUIRE(recovered);
    CHECK(*recovered);
    CHECK(story.is_as_before());
    CHECK(story.router.ctx_size == 2048);
    const auto again = story.recover();
    REQUIRE(again);
    CHECK(!*again);
  }
}
