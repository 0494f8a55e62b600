// A window in a file that a server reads: changed, recorded, rolled back, and whole after a death at any
// moment.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "io/io.hpp"
#include "runtime/runtime.hpp"
#include "support/dying_files.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_served.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kIni =
    "version = 1\n[*]\nctx-size = 4096\n\n[triage]\nmodel = /m/a.gguf\nctx-size = 2048   ; what a job "
    "needs\n\n"
    "# the others\n[summary]\nc = 8192\nparallel = 2\n";
constexpr const char* kYaml =
    "# mine\nmodels:\n  triage:\n    cmd: |\n      llama-server -m a.gguf\n      -c 2048 -np 1 # slots\n    "
    "ttl: 300\n";

// The router or llama-swap, with a state of its own.
struct Served : Environment {
  explicit Served(bool of_swap)
      : swaps(of_swap), directory(real.world().files.make_private_directory().value()) {
    file = directory->path() + (swaps ? "/swap.yaml" : "/models.ini");
    std::ofstream(file, std::ios::binary) << original();
    start();
  }
  std::optional<std::string> get(const std::string& name) override {
    if (name == "CTXCAP_STATE_DIR") return directory->path() + "/state";
    return std::nullopt;
  }

  const char* original() const { return swaps ? kYaml : kIni; }
  std::string text() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // The server begins anew, with what stands in the file.
  void start() {
    router.preset = swap.config = file;
    router.state = "unloaded";
    swap.running = false;
    swaps ? swap.read_config() : router.read_preset();
  }
  World world() {
    World here = real.world();
    Http& http = swaps ? static_cast<Http&>(swap) : router;
    files.emplace(here.files, fuse);
    return {http, here.processes, clock, *files, here.console, *this, here.databases, here.interrupts};
  }
  ServedPlace place() const {
    return swaps ? ServedPlace{.url = "http://127.0.0.1:8080", .config = file}
                 : ServedPlace{.url = "http://127.0.0.1:8080", .preset = file};
  }
  std::unique_ptr<runtime::FileServer> open(const World& here) const {
    return runtime::runtime_of(swaps ? Target::llama_swap : Target::llama_server)
        .open(here, place(), "triage");
  }
  Variant variant(Tokens num_ctx = 3072) const {
    return {.name = "mail", .base = "triage", .num_ctx = num_ctx, .jobs = {"mail"}};
  }
  Result<Receipt> change(Tokens num_ctx = 3072) {
    World here = world();
    TRY_ASSIGN(state::State state, state::State::open(here));
    const auto server = open(here);
    TRY(runtime::recover_served(here, state, *server, file, "mail", [](const std::string&) {}));
    return runtime::change_served(here, state, *server, file, variant(num_ctx),
                                  swaps ? std::nullopt : std::optional<i64>(1), {});
  }
  Status roll_back() {
    World here = world();
    TRY_ASSIGN(state::State state, state::State::open(here));
    const auto server = open(here);
    TRY(runtime::recover_served(here, state, *server, file, "mail", [](const std::string&) {}));
    TRY_ASSIGN(const auto ours, state.variant(file, "mail"));
    if (!ours) return {};  // a run that was cut short did it
    TRY_ASSIGN(const WayBack way, runtime::served_way_back(here, state, *server, *ours));
    return runtime::roll_back_served(here, state, *server, way, {});
  }
  state::State state() {
    World here = world();
    auto opened = state::State::open(here);
    REQUIRE(opened);
    return std::move(*opened);
  }
  bool nothing_left() {
    return !std::filesystem::exists(runtime::backup_of(file)) && state().journals()->empty();
  }

  bool swaps;
  io::RealWorld real;
  std::unique_ptr<Files::PrivateDirectory> directory;
  std::string file;
  test::FakeClock clock;
  test::FakeRouter router;
  test::FakeSwap swap;
  test::Fuse fuse;
  std::optional<test::DyingFiles> files;
};

// A run that dies at that moment; whether it did.
template <typename Run>
bool dies(Served& story, int moment, Run run) {
  const pid_t child = ::fork();
  if (child == 0) {
    story.fuse.at = moment;
    story.router.fuse = story.swap.fuse = &story.fuse;
    run(story);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  story.start();
  return WIFSIGNALED(status);
}

// CTXCAP_KILLS=50 and more: every moment.
int stride() {
  const char* kills = std::getenv("CTXCAP_KILLS");
  return kills != nullptr && std::atoi(kills) >= 50 ? 1 : 5;
}

}  // namespace

TEST_CASE("served: changed, recorded and rolled back to the byte, twice in a row") {
  for (const bool swaps : {false, true}) {
    CAPTURE(swaps);
    Served story(swaps);
    const auto first = story.change();
    REQUIRE_MESSAGE(first, (first ? "" : first.error().why));
    CHECK(first->verification.effective_ctx == 3072);
    const std::string once = story.text();
    CHECK(once.find("3072") != once.npos);
    REQUIRE(story.change(4096));
    CHECK(story.state().receipts()->size() == 2);
    CHECK(story.state().variant(story.file, "mail")->value().variant.num_ctx == 4096);
    REQUIRE(story.roll_back());
    CHECK(story.text() == once);
    REQUIRE(story.roll_back());
    CHECK(story.text() == story.original());
    CHECK(!*story.state().variant(story.file, "mail"));
    CHECK(story.nothing_left());
    CHECK((swaps ? story.swap.running : story.router.state == "loaded") == false);
  }
}

TEST_CASE("served: what does not hold is undone, and nothing is ours") {
  for (const bool swaps : {false, true}) {
    for (const bool fails : {false, true}) {
      CAPTURE(swaps);
      CAPTURE(fails);
      Served story(swaps);
      story.router.fails_at = story.swap.fails_at = fails ? 3072 : 0;
      story.router.less = story.swap.less = fails ? 0 : 256;
      const auto receipt = story.change();
      REQUIRE(!receipt);
      CHECK(receipt.error().kind == ErrorKind::unverified);
      CHECK(story.text() == story.original());
      CHECK(story.nothing_left());
      CHECK(!*story.state().variant(story.file, "mail"));
    }
  }
}

TEST_CASE("llama-swap that reads no file by itself is left as it was, and its user is told how") {
  Served story(true);
  story.swap.watches = false;
  story.swap.running = true;
  const auto receipt = story.change();
  REQUIRE(!receipt);
  CHECK(receipt.error().why.find("still starts it with -c 2048") != std::string::npos);
  CHECK(receipt.error().hint.find("-watch-config") != std::string::npos);
  CHECK(story.text() == story.original());
}

TEST_CASE("served: a model in use is waited for, and left alone when that takes too long") {
  Served story(false);
  story.router.busy = 3;
  REQUIRE(story.change());
  story.router.busy = 100'000;
  const auto receipt = story.change(4096);
  REQUIRE(!receipt);
  CHECK(receipt.error().kind == ErrorKind::unreachable);
  CHECK(receipt.error().why.find("in use") != std::string::npos);
  CHECK(story.nothing_left());
}

TEST_CASE("served: what others write into the file meanwhile stays when a change is undone") {
  Served story(false);
  std::ofstream(runtime::backup_of(story.file), std::ios::binary) << story.original();
  std::string edited = story.original();
  edited.replace(edited.find("= 2048"), 6, "= 3072");
  std::ofstream(story.file, std::ios::binary) << edited << "[theirs]\nmodel = b.gguf\n";
  World here = story.world();
  const auto server = story.open(here);
  REQUIRE(*runtime::recover_file(here, *server));
  CHECK(story.text() == std::string(story.original()) + "[theirs]\nmodel = b.gguf\n");
}

TEST_CASE("served: killed at any moment of a change, an undone change or a rollback, the next run ends it") {
  int killed = 0;
  for (const bool swaps : {false, true}) {
    for (const int what : {0, 1, 2}) {
      for (int moment = 1;; moment += stride()) {
        CAPTURE(swaps);
        CAPTURE(what);
        CAPTURE(moment);
        Served story(swaps);
        if (what == 2) REQUIRE(story.change());
        if (what == 1) story.router.less = story.swap.less = 256;
        const bool died = dies(story, moment, [&](Served& dying) {
          if (what == 2)
            static_cast<void>(dying.roll_back());
          else
            static_cast<void>(dying.change());
        });
        if (!died) break;
        ++killed;
        story.router.less = story.swap.less = 0;
        if (what == 2) {
          REQUIRE(story.roll_back());
          CHECK(story.text() == story.original());
        } else {
          const auto receipt = story.change();
          REQUIRE_MESSAGE(receipt, (receipt ? "" : receipt.error().why));
          CHECK(story.text() != story.original());
          REQUIRE(story.roll_back());
          CHECK(story.text() == story.original());
        }
        CHECK(story.nothing_left());
      }
    }
  }
  MESSAGE("killed at " << killed << " moments");
  CHECK(killed >= (stride() == 1 ? 50 : 12));
}
