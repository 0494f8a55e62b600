// The router's story on a real llama-server. CTXCAP_LIVE_LLAMA_SERVER names it ("http://127.0.0.1:8080"),
// CTXCAP_LIVE_PRESET the file that it was started with (--models-preset), CTXCAP_LIVE_SECTION a model in it.
// The same with llama-swap: CTXCAP_LIVE_LLAMA_SWAP, CTXCAP_LIVE_CONFIG (-config, with -watch-config),
// CTXCAP_LIVE_SWAP_MODEL. A window is changed, proved and rolled back; the file is as before, to the byte.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

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

// A server whose windows stand in a file, as the environment names it.
struct LiveServed {
  Target target;
  std::string url_in, file_in, model_in;  // variables
  const char* url = std::getenv(url_in.c_str());
  const char* path = std::getenv(file_in.c_str());
  const char* model = std::getenv(model_in.c_str());

  bool is_named() const {
    if (url != nullptr && path != nullptr && model != nullptr) return true;
    MESSAGE("skipped: " << url_in << ", " << file_in << " and " << model_in << " name none");
    return false;
  }
  std::unique_ptr<runtime::FileServer> open(const World& world) const {
    const ServedPlace place = target == Target::llama_swap
                                  ? ServedPlace{.url = url, .config = path, .model = model}
                                  : ServedPlace{.url = url, .preset = path, .section = model};
    return runtime::runtime_of(target).open(world, place, model);
  }
  std::string file(const World& world) const { return *world.files.read_all(path); }
  // What the file is to say for that window.
  std::string says(const World& world, Tokens num_ctx) const {
    return open(world)->wish(file(world), num_ctx, std::nullopt).value();
  }
};

std::vector<LiveServed> live_servers() {
  return {{Target::llama_server, "CTXCAP_LIVE_LLAMA_SERVER", "CTXCAP_LIVE_PRESET", "CTXCAP_LIVE_SECTION"},
          {Target::llama_swap, "CTXCAP_LIVE_LLAMA_SWAP", "CTXCAP_LIVE_CONFIG", "CTXCAP_LIVE_SWAP_MODEL"}};
}

World with(Environment& environment, Http& http, const World& real) {
  return {http,         real.processes, real.clock,     real.files,
          real.console, environment,    real.databases, real.interrupts};
}

// test(served, state, world, what its file says) for each that the environment names.
template <typename Test>
void each_live(Test test) {
  for (const LiveServed& served : live_servers()) {
    if (!served.is_named()) continue;
    LiveState live;
    World world = with(live, live.real.world().http, live.real.world());
    test(served, live, world, served.file(world));
  }
}

}  // namespace

TEST_CASE("live served: a smaller window is read, loaded, proved and rolled back") {
  each_live([](const LiveServed& served, LiveState&, World& world, const std::string& before) {
    const auto server = served.open(world);
    auto state = state::State::open(world);
    REQUIRE(state);
    const auto now = server->now(before);
    REQUIRE_MESSAGE(now, (now ? "" : now.error().why));
    const Variant half{
        .name = "live", .base = served.model, .num_ctx = now->num_ctx.value_or(4096) / 2, .jobs = {"live"}};
    const auto receipt = runtime::change_served(world, *state, *server, served.path, half, std::nullopt, {});
    REQUIRE_MESSAGE(receipt, (receipt ? "" : receipt.error().why));
    CHECK(receipt->verification.effective_ctx == half.num_ctx);
    const auto ours = state->variant(served.path, "live");
    REQUIRE((ours && *ours));
    const auto way = runtime::served_way_back(world, *state, *server, **ours);
    REQUIRE_MESSAGE(way, (way ? "" : way.error().why));
    const Status back = runtime::roll_back_served(world, *state, *server, *way, {});
    CHECK_MESSAGE(back, (back ? "" : back.error().why));
    CHECK((served.file(world) == before));
  });
}

TEST_CASE("live served: a window that it cannot load is undone, and the model loads as before") {
  each_live([](const LiveServed& served, LiveState&, World& world, const std::string& before) {
    const auto server = served.open(world);
    // No number of tokens that a command line takes: its process ends at once.
    const auto seen = runtime::change_file(world, *server, {.says = served.says(world, 99'999'999'999)});
    REQUIRE(!seen);
    CHECK(seen.error().kind == ErrorKind::unverified);
    CHECK_MESSAGE(seen.error().why.find("failed to load") != std::string::npos, seen.error().why);
    CHECK((served.file(world) == before));
    const Status again = server->take_back(true);
    CHECK_MESSAGE(again, (again ? "" : again.error().why));
    server->unload();
  });
}

TEST_CASE("live served: killed at every request of a change, the next run puts it right") {
  each_live([](const LiveServed& served, LiveState& live, World& world, const std::string& before) {
    const std::string says = served.says(world, 2048);
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
        const auto seen = runtime::change_file(its, *served.open(its), {.says = says});
        ::_exit(seen ? 0 : 1);
      }
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      if (WIFEXITED(status)) {
        CHECK(WEXITSTATUS(status) == 0);
        finished = at;
        REQUIRE(world.files.write_atomic(served.path, before));
        continue;
      }
      REQUIRE(runtime::recover_file(world, *served.open(world)));
      CHECK((served.file(world) == before));
      CHECK(world.files.kind(runtime::backup_of(served.path)) == PathKind::missing);
    }
    MESSAGE("killed at " << finished - 1 << " moments");
  });
}
