// Who is disturbed by a load: waited for, and loaded again.

#include "own_state.hpp"
#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Disturbed : Story {
  OwnState environment;
  World here{world.http,    world.processes, clock,           world.files,
             world.console, environment,     world.databases, world.interrupts};
  state::State state = state::State::open(here).value();
  runtime::Ollama server = ollama();
  runtime::Disturbance disturbance;

  Disturbed() {
    fake.state().install("other", "weights-2");
    post("/api/create", R"({"model":"twin","from":"tiny","parameters":{"num_ctx":2048}})");
  }
  void post(const char* path, const char* body) { fake.state().handle("POST", path, body); }
  Runner* runner(const std::string& name) {
    for (Runner& one : fake.state().runners)
      if (one.name == name) return &one;
    return nullptr;
  }
  // As a proof does it.
  std::vector<std::string> disturb() {
    REQUIRE(disturbance.begin("tiny", server, state));
    REQUIRE(server.unload("twin"));
    fake.state().runners.clear();
    REQUIRE(server.load("tiny"));
    return disturbance.end(server, state);
  }
};

}  // namespace

TEST_CASE("nothing loaded: nothing is written down, nothing loaded again") {
  Disturbed one;
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  CHECK(one.state.journals()->empty());
  CHECK(one.disturbance.end(one.server, one.state).empty());
  CHECK(one.fake.state().runners.empty());
}

TEST_CASE("what was loaded is loaded again with its window and its stay") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"other","keep_alive":-1})");
  one.post("/api/generate", R"({"model":"twin","keep_alive":-1,"options":{"num_ctx":3072}})");
  const std::vector<std::string> lines = one.disturb();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "other:latest at 4,096, for ever: was unloaded, and is loaded again");
  CHECK(lines[1] == "twin:latest at 3,072, for ever: was unloaded, and is loaded again");
  REQUIRE(one.runner("twin:latest") != nullptr);
  CHECK(one.runner("twin:latest")->num_ctx == 3072);
  CHECK(one.runner("twin:latest")->keep_alive < 0);
  REQUIRE(one.runner("other:latest") != nullptr);
  CHECK(one.runner("other:latest")->keep_alive < 0);
  CHECK(one.state.journals()->empty());
}

TEST_CASE(
    "one that was re-created meanwhile is loaded with its own window, one that was removed not at all") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"other","keep_alive":-1})");
  one.post("/api/generate", R"({"model":"twin","keep_alive":-1})");
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  one.fake.state().runners.clear();
  one.post("/api/create", R"({"model":"twin","from":"tiny","parameters":{"num_ctx":5120}})");
  one.fake.state().handle("DELETE", "/api/delete", R"({"model":"other"})");
  const std::vector<std::string> lines = one.disturbance.end(one.server, one.state);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "twin:latest: was unloaded, and is loaded again");
  REQUIRE(one.runner("twin:latest") != nullptr);
  CHECK(one.runner("twin:latest")->num_ctx == 5120);
}

TEST_CASE("one whose stay would be over is left alone, and so is one that stayed") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"twin"})");
  one.post("/api/generate", R"({"model":"other","keep_alive":-1})");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  one.clock.set(Instant{std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  std::erase_if(one.fake.state().runners, [](const Runner& runner) { return runner.name == "twin:latest"; });
  one.clock.tick(std::chrono::minutes(6));
  CHECK(one.disturbance.end(one.server, one.state).empty());
  CHECK(one.runner("twin:latest") == nullptr);
}

TEST_CASE("a model in use is waited for, up to the limit; others are not waited for") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"other"})");
  one.post("/api/generate", R"({"model":"twin"})");
  one.runner("other:latest")->busy = 1000;
  one.runner("other:latest")->first_request = true;
  one.runner("twin:latest")->busy = 7;
  one.runner("twin:latest")->first_request = true;
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  CHECK(one.clock.sleeps >= 3);
  CHECK(one.runner("twin:latest")->busy == 0);

  Disturbed two;
  two.post("/api/generate", R"({"model":"twin"})");
  two.runner("twin:latest")->busy = 100'000;
  two.runner("twin:latest")->first_request = true;
  const Status waited = two.disturbance.begin("tiny", two.server, two.state);
  REQUIRE_FALSE(waited);
  CHECK(waited.error().kind == ErrorKind::unreachable);
  CHECK(waited.error().what == "twin:latest is in use");
  CHECK(waited.error().hint.find("--wait") != std::string::npos);
  CHECK(two.clock.elapsed() >= two.patience.users);
  CHECK(two.runner("twin:latest") != nullptr);  // not asked to go
  CHECK(two.runner("twin:latest")->lingers < 0);
  CHECK(two.state.journals()->empty());
}

TEST_CASE(
    "a second base widens what is waited for, and what is loaded again stays what was loaded at first") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"other","keep_alive":-1})");
  one.post("/api/generate", R"({"model":"twin","keep_alive":-1})");
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  REQUIRE(one.server.load("tiny"));
  REQUIRE(one.disturbance.begin("other", one.server, one.state));
  const auto journals = one.state.journals();
  REQUIRE(journals->size() == 1);
  REQUIRE(journals->front().residents.size() == 2);
  CHECK(journals->front().residents[0].shares);
  CHECK(journals->front().residents[1].shares);
  one.disturbance.end(one.server, one.state);
  CHECK(one.runner("twin:latest") != nullptr);
  CHECK(one.runner("tiny:latest") == nullptr);
}

TEST_CASE("one that cannot be loaded again is named") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"twin","keep_alive":-1})");
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  one.fake.state().runners.clear();
  one.fake.state().load_fails = true;
  const std::vector<std::string> lines = one.disturbance.end(one.server, one.state);
  REQUIRE(lines.size() == 1);
  CHECK(
      lines[0].starts_with("twin:latest at 2,048, for ever: was unloaded, and could not be loaded again: "));
}

TEST_CASE("what a killed run unloaded is loaded again by the next one") {
  Disturbed one;
  one.post("/api/generate", R"({"model":"twin","keep_alive":-1,"options":{"num_ctx":3072}})");
  REQUIRE(one.disturbance.begin("tiny", one.server, one.state));
  one.fake.state().runners.clear();
  std::string said;
  REQUIRE(runtime::recover_unfinished(one.server, one.state, [&](const std::string& line) { said += line; }));
  CHECK(said ==
        "an earlier run was interrupted; twin:latest at 3,072, for ever: was unloaded, and is loaded again");
  REQUIRE(one.runner("twin:latest") != nullptr);
  CHECK(one.runner("twin:latest")->num_ctx == 3072);
  CHECK(one.state.journals()->empty());
}

TEST_CASE("a later request, which nothing shows, is not torn away either") {
  Disturbed one;
  one.patience.users = std::chrono::milliseconds(1000);
  one.patience.gone = std::chrono::milliseconds(1000);
  runtime::Ollama server = one.ollama();
  one.post("/api/generate", R"({"model":"twin","keep_alive":-1,"options":{"num_ctx":3072}})");
  one.runner("twin:latest")->busy = 1000;
  const runtime::ChangeOptions options{.via = runtime::Via::api, .disturbance = &one.disturbance};
  const auto receipt = runtime::change_variant(one.here, server, one.state, triage(), {}, options);
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unreachable);
  CHECK(receipt.error().what.find("is in use") != std::string::npos);
  CHECK(one.fake.state().torn.empty());
  CHECK(one.fake.state().find("tiny:triage") == nullptr);
  one.disturbance.end(server, one.state);
  REQUIRE(one.runner("twin:latest") != nullptr);
  CHECK(one.runner("twin:latest")->num_ctx == 3072);
  CHECK(one.runner("twin:latest")->keep_alive < 0);
  CHECK(one.state.journals()->empty());
}
