// The router's story on a real llama-server. CTXCAP_LIVE_LLAMA_SERVER names it ("http://127.0.0.1:8080"),
// CTXCAP_LIVE_PRESET the file that it was started with (--models-preset), CTXCAP_LIVE_SECTION a model in it.
// Its window is changed, proved and rolled back; the file is as before afterwards, to the byte.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "io/io.hpp"
#include "runtime/runtime.hpp"

using namespace ctxcap;

namespace {

// A state that nobody else sees.
struct LiveState : Environment {
  std::optional<std::string> get(const std::string& name) override {
    return name == "CTXCAP_STATE_DIR" ? std::optional(directory->path()) : std::nullopt;
  }
  io::RealWorld real;
  std::unique_ptr<Files::PrivateDirectory> directory = real.world().files.make_private_directory().value();
};

// Requests pass until one of them, counted from 1, kills the process.
struct FusedHttp : Http {
  explicit FusedHttp(Http& inner) : http(inner) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    if (++count == dies_at) ::raise(SIGKILL);
    return http.send(request);
  }
  Http& http;
  int count = 0, dies_at = 0;  // 0: never
};

struct LiveRouter {
  const char* url = std::getenv("CTXCAP_LIVE_LLAMA_SERVER");
  const char* preset = std::getenv("CTXCAP_LIVE_PRESET");
  const char* section = std::getenv("CTXCAP_LIVE_SECTION");
  bool is_named() const {
    if (url != nullptr && preset != nullptr && section != nullptr) return true;
    MESSAGE("skipped: CTXCAP_LIVE_LLAMA_SERVER, _PRESET and _SECTION name no router");
    return false;
  }
  std::unique_ptr<runtime::FileServer> open(const World& world) const {
    return runtime::runtime_of(Target::llama_server)
        .open(world, {.url = url, .preset = preset, .section = section}, section);
  }
  std::string file(const World& world) const { return *world.files.read_all(preset); }
};

World with(Environment& environment, Http& http, const World& real) {
  return {http,         real.processes, real.clock,     real.files,
          real.console, environment,    real.databases, real.interrupts};
}

}  // namespace

TEST_CASE("live router: a smaller window is read, loaded, proved and rolled back") {
  const LiveRouter router;
  if (!router.is_named()) return;
  LiveState live;
  World world = with(live, live.real.world().http, live.real.world());
  const std::string before = router.file(world);
  const auto server = router.open(world);
  auto state = state::State::open(world);
  REQUIRE(state);
  const auto now = server->now(before);
  REQUIRE_MESSAGE(now, (now ? "" : now.error().why));
  const Variant half{
      .name = "live", .base = router.section, .num_ctx = now->num_ctx.value_or(4096) / 2, .jobs = {"live"}};
  const auto receipt = runtime::change_served(world, *state, *server, router.preset, half, std::nullopt, {});
  REQUIRE_MESSAGE(receipt, (receipt ? "" : receipt.error().why));
  CHECK(receipt->verification.effective_ctx == half.num_ctx);
  const auto ours = state->variant(router.preset, "live");
  REQUIRE((ours && *ours));
  const auto way = runtime::served_way_back(world, *state, *server, **ours);
  REQUIRE_MESSAGE(way, (way ? "" : way.error().why));
  const Status back = runtime::roll_back_served(world, *state, *server, *way, {});
  CHECK_MESSAGE(back, (back ? "" : back.error().why));
  CHECK((router.file(world) == before));
}

TEST_CASE("live router: a window that it cannot load is undone, and the model loads as before") {
  const LiveRouter router;
  if (!router.is_named()) return;
  LiveState live;
  World world = with(live, live.real.world().http, live.real.world());
  const std::string before = router.file(world);
  const auto server = router.open(world);
  // No number of tokens that a command line takes: its process ends at once.
  const auto seen = runtime::change_file(world, *server, {.says = "ctx-size=99999999999 parallel=1"});
  REQUIRE(!seen);
  CHECK(seen.error().kind == ErrorKind::unverified);
  CHECK_MESSAGE(seen.error().why.find("failed to load") != std::string::npos, seen.error().why);
  CHECK((router.file(world) == before));
  const Status again = server->take_back(true);
  CHECK_MESSAGE(again, (again ? "" : again.error().why));
  server->unload();
}

TEST_CASE("live router: killed at every request of a change, the next run puts it right") {
  const LiveRouter router;
  if (!router.is_named()) return;
  LiveState live;
  World world = with(live, live.real.world().http, live.real.world());
  const std::string before = router.file(world);
  int finished = 0;
  for (int at = 1; finished == 0; ++at) {
    CAPTURE(at);
    REQUIRE(at < 100);
    const pid_t child = ::fork();
    if (child == 0) {
      io::RealWorld own;
      FusedHttp fused(own.world().http);
      fused.dies_at = at;
      World its = with(live, fused, own.world());
      const auto seen = runtime::change_file(its, *router.open(its), {.says = "ctx-size=4096 parallel=1"});
      ::_exit(seen ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFEXITED(status)) {
      CHECK(WEXITSTATUS(status) == 0);
      finished = at;
      REQUIRE(world.files.write_atomic(router.preset, before));
      continue;
    }
    REQUIRE(runtime::recover_file(world, *router.open(world)));
    CHECK((router.file(world) == before));
    CHECK(world.files.kind(runtime::backup_of(router.preset)) == PathKind::missing);
  }
  MESSAGE("killed at " << finished - 1 << " moments");
}
