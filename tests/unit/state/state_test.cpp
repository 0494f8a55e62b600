#include "state/state.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "io/io.hpp"

using namespace ctxcap;

namespace {

// A real disk, and an environment that points into a directory of this test alone.
class Sandbox : public Environment {
 public:
  Sandbox() : directory_(real_.world().files.make_private_directory().value()) {}
  std::optional<std::string> get(const std::string& name) override {
    return name == "XDG_STATE_HOME" ? std::optional(directory_->path()) : std::nullopt;
  }
  World world() {
    const World real = real_.world();
    return {real.http, real.processes, real.clock, real.files, real.console, *this};
  }
  std::string file() const { return directory_->path() + "/ctxcap/variants.json"; }

 private:
  io::RealWorld real_;
  std::unique_ptr<Files::PrivateDirectory> directory_;
};

const state::OwnedVariant kTriage{"http://127.0.0.1:11434", "m:triage", "m:latest", "d1", Instant{1'000'000}};

}  // namespace

TEST_CASE("what was created is remembered across runs, until it is changed by somebody else") {
  Sandbox sandbox;
  World world = sandbox.world();
  {
    state::State state = state::State::open(world).value();
    CHECK(!state.owns(kTriage.host, kTriage.name, "d1"));
    REQUIRE(state.record(kTriage));
  }
  state::State state = state::State::open(world).value();
  CHECK(state.owns(kTriage.host, kTriage.name, "d1"));
  CHECK(!state.owns(kTriage.host, kTriage.name, "other"));
  CHECK(!state.owns("http://elsewhere", kTriage.name, "d1"));

  state::OwnedVariant again = kTriage;
  again.digest = "d2";
  REQUIRE(state.record(again));
  CHECK(!state.owns(kTriage.host, kTriage.name, "d1"));
  CHECK(state.owns(kTriage.host, kTriage.name, "d2"));
}

TEST_CASE("a state file that is not ours is an error and stays as it is") {
  const char* contents[] = {"", "not json", "[]", "{\"schema\":\"other/1\"}", "{\"schema\":\"ctxcap.variants/1\",\"variants\":[{}]}",
                            "{\"schema\":\"ctxcap.variants/1\",\"variants\":[7]}"};
  for (const char* content : contents) {
    CAPTURE(content);
    Sandbox sandbox;
    World world = sandbox.world();
    std::filesystem::create_directories(std::filesystem::path(sandbox.file()).parent_path());
    std::ofstream(sandbox.file()) << content;
    const auto state = state::State::open(world);
    REQUIRE(!state);
    CHECK(state.error().why.find(sandbox.file()) == 0);
    CHECK(world.files.read_all(sandbox.file()).value() == content);
  }
}
