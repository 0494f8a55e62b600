#include "app/record_card.hpp"

#include <doctest/doctest.h>

#include "io/io.hpp"
#include "state/state.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_console.hpp"
#include "support/fake_nvml.hpp"
#include "support/fake_processes.hpp"

using namespace ctxcap;

namespace {

// Ctrl-C after so many looks; what happens before it is up to the test.
struct Script final : Interrupts {
  struct Held final : Hold {};
  std::function<bool(i64)> goes_on;
  i64 asked = 0;

  std::unique_ptr<Hold> hold() override { return std::make_unique<Held>(); }
  bool came() override { return !goes_on(asked++); }
  void ignore() override {}
};

struct Home final : Environment {
  std::string directory;
  std::optional<std::string> get(const std::string& name) override {
    if (name == "DOCKER_HOST") return "unix:///nowhere";  // not that of this host
    return name == state::kDirectoryVariable ? std::optional(directory) : std::nullopt;
  }
};

struct Place {
  io::RealWorld real;
  World all = real.world();
  std::unique_ptr<Files::PrivateDirectory> directory = *all.files.make_private_directory();
  test::FakeClock clock;
  test::FakeConsole console;
  test::FakeProcesses processes;
  test::nvml::FakeLibraries libraries;
  Script script;
  Home home;
  World world{all.http, processes, clock, all.files, console, home, all.databases, script, &libraries};
  app::Talk talk{world, {}};

  Place() { home.directory = directory->path(); }

  Result<app::ExitCode> record(std::function<bool(i64)> goes_on) {
    script.goes_on = std::move(goes_on);
    return app::record_card({.keep_days = 0}, world, talk);
  }
  CardHistory history() {
    auto samples = state::CardSamples::open(world, DatabaseMode::read);
    REQUIRE(samples);
    const auto all_of = samples->histories();
    REQUIRE(all_of);
    REQUIRE(all_of->size() == 1);
    return all_of->front();
  }
};

}  // namespace

TEST_CASE("the card is watched until somebody interrupts; quiet hours are one row") {
  Place place;
  const Instant start = place.clock.now();
  const auto until = [&](i64) { return place.clock.now().micros - start.micros < 600'000'000; };
  REQUIRE(place.record(until));
  const CardHistory history = place.history();
  REQUIRE(history.samples.size() == 1);
  CHECK(history.samples[0].lasts == 600'000'000);
  CHECK(history.samples[0].held.size() == 1);
  CHECK(history.exact_peaks.size() == 1);  // of the one that the driver keeps account of
}

TEST_CASE("a driver that goes is told of once, and what was not seen is a gap") {
  Place place;
  const Instant start = place.clock.now();
  const auto until = [&](i64) {
    const i64 seconds = (place.clock.now().micros - start.micros) / 1'000'000;
    test::nvml::driver.gone = seconds >= 100 && seconds < 200 ? 15 : 0;
    return seconds < 300;
  };
  REQUIRE(place.record(until));
  const CardHistory history = place.history();
  REQUIRE(history.samples.size() == 2);
  CHECK(history.samples[0].lasts == 100'000'000);
  CHECK(history.samples[1].at.micros - start.micros == 200'000'000);
  const std::string told = place.console.err_text;
  CHECK(told.find("the card fell off the bus") != std::string::npos);
  CHECK(told.find("fell off the bus") == told.rfind("fell off the bus"));
  CHECK(told.find("the card is seen again") != std::string::npos);
}

TEST_CASE("without a driver there is nothing to record") {
  Place place;
  place.libraries.name = "none";
  const auto recorded = place.record([](i64) { return true; });
  REQUIRE(!recorded);
  CHECK(recorded.error().kind == ErrorKind::unreachable);
}
