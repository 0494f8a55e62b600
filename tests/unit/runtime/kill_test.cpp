// SIGKILL at any moment of a change and of a rollback, among derived models, twins, pinned others, and with a
// server that restarts: what is there and what is known of it agree, nothing is left, and the next run ends
// well by itself. CTXCAP_KILLS=100 tries so many moments.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "own_state.hpp"
#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

constexpr const char* kName = "sorter:triage";

int moments() {
  const char* wanted = std::getenv("CTXCAP_KILLS");
  return wanted != nullptr ? std::atoi(wanted) : 16;
}

// A model of its own on the weights of "tiny", a twin of it, and another that somebody has pinned.
struct House : Story {
  OwnState environment;

  House() {
    OllamaState& server = fake.state();
    server.lists_parents = false;
    server.install("other", "weights-2");
    const auto post = [&](const char* path, const char* body) { server.handle("POST", path, body); };
    post("/api/create", R"({"model":"sorter","from":"tiny","system":"Sort.","template":"{{ .Prompt }} !"})");
    post("/api/create", R"({"model":"a-twin","from":"tiny","parameters":{"num_ctx":2048}})");
    post("/api/generate", R"({"model":"other","keep_alive":-1})");
    post("/api/generate", R"({"model":"tiny","keep_alive":-1,"options":{"num_ctx":16384}})");
  }

  static Variant variant(Tokens window) {
    Variant one = triage();
    one.name = kName;
    one.base = "sorter:latest";
    one.num_ctx = window;
    one.modelfile.clear();
    return one;
  }

  // As a command does it: recovery first, then the change, with what it disturbs. 0: it ended well.
  int run(bool back, Tokens window) {
    io::RealWorld fresh;  // connections are not to be shared over a fork
    World real_world = fresh.world();
    World here{real_world.http,      real_world.processes, clock,
               real_world.files,     real_world.console,   environment,
               real_world.databases, real_world.interrupts};
    auto state = state::State::open(here);
    if (!state) return 1;
    runtime::Ollama server(here.http, clock, *runtime::parse_host(fake.url()), {.patience = patience});
    const std::string host = server.host().id;
    if (!runtime::recover_unfinished(server, *state, [](const std::string&) {})) return 2;
    runtime::Disturbance disturbance;
    const runtime::ChangeOptions how{.via = runtime::Via::api, .disturbance = &disturbance};
    bool done = false;
    if (back) {
      const auto way = runtime::find_way_back(kName, server, *state);
      // One that was killed behind its end has nothing more to do.
      done = !way || runtime::roll_back(here, server, *state, *way, runtime::recipe_of(*way), how);
    } else {
      const auto installed = server.installed();
      const auto place = runtime::place_for(kName, *installed, *state, host);
      done = place && runtime::change_variant(here, server, *state, variant(window), *place, how);
    }
    disturbance.end(server, *state);
    return done ? 0 : 4;
  }

  // Whether it was killed before it ended.
  bool kill_at(std::size_t requests, bool back, Tokens window) {
    fake.start_diary();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run(back, window));
    int status = 0;
    bool ended = false;
    while (!ended && fake.diary().size() < requests) ended = ::waitpid(child, &status, WNOHANG) == child;
    if (ended) return false;
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status);
  }

  state::State state() {
    World here{world.http,    world.processes, clock,           world.files,
               world.console, environment,     world.databases, world.interrupts};
    return state::State::open(here).value();
  }

  void check_order() {
    for (const std::string& name : fake.state().names()) CHECK_FALSE(runtime::is_backup_name(name));
    CHECK(fake.state().find("a-twin") != nullptr);
    CHECK(fake.state().find("sorter")->system == "Sort.");
    state::State known = state();
    CHECK(known.journals()->empty());
    const auto ours = known.variant(fake.url(), kName).value();
    const Manifest* there = fake.state().find(kName);
    CHECK(ours.has_value() == (there != nullptr));
    if (ours && there != nullptr) {
      CHECK(ours->digest == there->digest);
      CHECK(there->parameters["num_ctx"] == ours->variant.num_ctx);
      CHECK(ours->variant.base_digest == fake.state().find("sorter")->digest);
    }
    const auto pinned = [&](const std::string& name) {
      return std::any_of(fake.state().runners.begin(), fake.state().runners.end(),
                         [&](const Runner& runner) { return runner.name == name && runner.keep_alive < 0; });
    };
    CHECK(pinned("other:latest"));
    CHECK(pinned("tiny:latest"));
  }
};

}  // namespace

TEST_CASE(
    "SIGKILL at any moment of a change or a rollback: nothing lost, nothing left, and the next run ends "
    "well") {
  std::mt19937 random(20'261'129);
  int killed = 0;
  for (int moment = 0; moment < moments(); ++moment) {
    CAPTURE(moment);
    House house;
    const int kind = moment % 4;  // first variant, second, back to the first, back to nothing
    const bool back = kind >= 2;
    if (kind > 0) REQUIRE(house.run(false, 8'192) == 0);
    if (kind == 1 || kind == 2) REQUIRE(house.run(false, 4'096) == 0);
    const Tokens window = kind == 1 ? 12'288 : 8'192;
    killed += house.kill_at(1 + random() % 45, back, window) ? 1 : 0;
    if (moment % 3 == 2) house.fake.state().runners.clear();  // the server restarts
    const bool restarted = moment % 3 == 2;
    const int code = house.run(back, window);
    CHECK(code == 0);
    if (restarted) {  // what was pinned is loaded again only where a change had unloaded it
      house.fake.state().handle("POST", "/api/generate", R"({"model":"other","keep_alive":-1})");
      house.fake.state().handle("POST", "/api/generate",
                                R"({"model":"tiny","keep_alive":-1,"options":{"num_ctx":16384}})");
    }
    house.check_order();
    const Manifest* there = house.fake.state().find(kName);
    if (!back) {
      REQUIRE(there != nullptr);
      CHECK(there->parameters["num_ctx"] == window);
    }
  }
  CHECK(killed > moments() / 2);
}
