#include "app/settings_file.hpp"

#include <doctest/doctest.h>

#include "io/io.hpp"
#include "support/fake_files.hpp"

using namespace ctxcap;

namespace {

struct FakeEnvironment final : Environment {
  std::map<std::string, std::string> values;
  std::optional<std::string> get(const std::string& name) override {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
};

struct Place {
  io::RealWorld real;
  test::FakeFiles files;
  FakeEnvironment environment;
  World world = [this] {
    World all = real.world();
    return World{all.http,    all.processes, all.clock,     files,
                 all.console, environment,   all.databases, all.interrupts};
  }();
};

}  // namespace

TEST_CASE("the configuration is looked for from the nearest place to the farthest") {
  Place place;
  CHECK(app::settings_path("", place.world) == "");
  place.files.files["/etc/ctxcap/config.toml"] = "";
  CHECK(app::settings_path("", place.world) == "/etc/ctxcap/config.toml");
  place.environment.values["HOME"] = "/home/me";
  CHECK(app::settings_path("", place.world) == "/etc/ctxcap/config.toml");
  place.files.files["/home/me/.config/ctxcap/config.toml"] = "";
  CHECK(app::settings_path("", place.world) == "/home/me/.config/ctxcap/config.toml");
  place.files.files["/xdg/ctxcap/config.toml"] = "";
  place.environment.values["XDG_CONFIG_HOME"] = "xdg";  // relative: not to be used
  CHECK(app::settings_path("", place.world) == "/home/me/.config/ctxcap/config.toml");
  place.environment.values["XDG_CONFIG_HOME"] = "/xdg";
  CHECK(app::settings_path("", place.world) == "/xdg/ctxcap/config.toml");
  place.environment.values["CTXCAP_CONFIG"] = "/gone.toml";
  CHECK(app::settings_path("", place.world) == "/gone.toml");
  CHECK(app::read_settings_file("", {}, settings::kAnalyze, place.world).problems.size() == 1);
  CHECK(app::settings_path("flag.toml", place.world) == "flag.toml");
}
