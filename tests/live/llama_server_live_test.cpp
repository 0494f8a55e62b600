// The router's story on a real llama-server. CTXCAP_LIVE_LLAMA_SERVER names it ("http://127.0.0.1:8080"),
// CTXCAP_LIVE_PRESET the file that it was started with (--models-preset), CTXCAP_LIVE_SECTION a model in it.
// Its window is changed, proved and rolled back; the file is as before afterwards, to the byte.

#include <doctest/doctest.h>

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

}  // namespace

TEST_CASE("live router: a smaller window is read, loaded, proved and rolled back") {
  const char *url = std::getenv("CTXCAP_LIVE_LLAMA_SERVER"), *preset = std::getenv("CTXCAP_LIVE_PRESET"),
             *section = std::getenv("CTXCAP_LIVE_SECTION");
  if (url == nullptr || preset == nullptr || section == nullptr) {
    MESSAGE("skipped: CTXCAP_LIVE_LLAMA_SERVER, _PRESET and _SECTION name no router");
    return;
  }
  LiveState live;
  World real = live.real.world();
  World world{real.http,    real.processes, real.clock,     real.files,
              real.console, live,           real.databases, real.interrupts};
  const std::string before = *world.files.read_all(preset);
  const auto server = runtime::runtime_of(Target::llama_server)
                          .open(world, {.url = url, .preset = preset, .section = section}, section);
  auto state = state::State::open(world);
  REQUIRE(state);
  const auto now = server->now(before);
  REQUIRE_MESSAGE(now, (now ? "" : now.error().why));
  const Variant half{
      .name = "live", .base = section, .num_ctx = now->num_ctx.value_or(4096) / 2, .jobs = {"live"}};
  const auto receipt = runtime::change_served(world, *state, *server, preset, half, std::nullopt, {});
  REQUIRE_MESSAGE(receipt, (receipt ? "" : receipt.error().why));
  CHECK(receipt->verification.effective_ctx == half.num_ctx);
  const auto ours = state->variant(preset, "live");
  REQUIRE((ours && *ours));
  const auto way = runtime::served_way_back(world, *state, *server, **ours);
  REQUIRE_MESSAGE(way, (way ? "" : way.error().why));
  const Status back = runtime::roll_back_served(world, *state, *server, *way, {});
  CHECK_MESSAGE(back, (back ? "" : back.error().why));
  CHECK(*world.files.read_all(preset) == before);
}
