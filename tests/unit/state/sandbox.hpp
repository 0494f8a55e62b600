#pragma once
// A real disk with faults to switch on, and an environment that points into a directory of this test alone.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "io/io.hpp"
#include "state/state.hpp"
#include "support/fake_clock.hpp"
#include "support/faulty_databases.hpp"

namespace ctxcap::test {

class Sandbox : public Environment {
 public:
  Sandbox() : directory_(real_.world().files.make_private_directory().value()) {}
  std::optional<std::string> get(const std::string& name) override {
    return name == "XDG_STATE_HOME" ? std::optional(directory_->path()) : std::nullopt;
  }
  World world() {
    const World real = real_.world();
    return {real.http, real.processes, clock, real.files, real.console, *this, databases, real.interrupts};
  }
  std::string directory() const { return directory_->path() + "/ctxcap"; }
  std::string file() const { return directory() + "/state.db"; }
  state::State open() {
    World here = world();
    auto state = state::State::open(here);
    REQUIRE_MESSAGE(state.has_value(), (state ? "" : state.error().why));
    return std::move(*state);
  }
  // Runs SQL on the file, behind the back of the room.
  void tamper(const std::string& sql) {
    auto database = real_.world().databases.open(file(), DatabaseMode::write).value();
    const Status done = database->run(sql);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().why));
  }
  std::set<std::string> files_there() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory()))
      names.insert(entry.path().filename().string());
    return names;
  }

 private:
  io::RealWorld real_;
  std::unique_ptr<Files::PrivateDirectory> directory_;

 public:
  FakeClock clock;  // 2026-08-20T00:00:00Z
  FaultyDatabases databases{real_.world().databases};
};

}  // namespace ctxcap::test
