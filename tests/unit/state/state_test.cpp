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
    return {real.http, real.processes, real.clock, real.files, real.console, *this, real.databases};
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

TEST_CASE("a run that was cut short leaves its variant ours, and one that was undone does not") {
  Sandbox sandbox;
  World world = sandbox.world();
  state::State state = state::State::open(world).value();
  REQUIRE(state.begin(kTriage));
  CHECK(state::State::open(world)->owns(kTriage.host, kTriage.name, "whatever it left"));
  CHECK(state::State::open(world)->is_pending(kTriage.host, kTriage.name));
  REQUIRE(state.restore(kTriage.host, kTriage.name));
  CHECK(!state::State::open(world)->owns(kTriage.host, kTriage.name, "d1"));

  REQUIRE(state.record(kTriage));
  REQUIRE(state.begin(kTriage));
  REQUIRE(state.restore(kTriage.host, kTriage.name));
  CHECK(state::State::open(world)->owns(kTriage.host, kTriage.name, "d1"));
  CHECK(!state::State::open(world)->owns(kTriage.host, kTriage.name, "d2"));
}

TEST_CASE("only one at a time may change things") {
  Sandbox sandbox;
  World world = sandbox.world();
  auto first = state::lock(world);
  REQUIRE(first);
  CHECK(!state::lock(world));
  first->reset();
  CHECK(state::lock(world));
}

TEST_CASE("a measurement replaces the one before of the same model and settings") {
  Sandbox sandbox;
  World world = sandbox.world();
  Calibration calibration{.host = "h",
                          .digest = "d",
                          .measured = Instant{1},
                          .low_ctx = 8'192,
                          .high_ctx = 16'384,
                          .low_bytes = 100,
                          .high_bytes = 200};
  REQUIRE(state::record_calibration(world, calibration));
  calibration.high_bytes = 300;
  REQUIRE(state::record_calibration(world, calibration));
  calibration.parallel = 4;
  REQUIRE(state::record_calibration(world, calibration));
  const auto all = state::read_calibrations(world).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].high_bytes == 300);
  CHECK(!all[0].overhead_bytes);
  CHECK(all[1] == calibration);
}

TEST_CASE("a state file that is not ours is an error and stays as it is") {
  const char* contents[] = {"",
                            "not json",
                            "[]",
                            "{\"schema\":\"other/1\"}",
                            "{\"schema\":\"ctxcap.variants/1\",\"variants\":[{}]}",
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
