#include "app/config_file.hpp"

#include <doctest/doctest.h>

#include "app/source_keys.hpp"
#include "io/io.hpp"
#include "sources/sources.hpp"
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
  CHECK(app::config_path("", place.world) == "");
  place.files.files["/etc/ctxcap/config.toml"] = "";
  CHECK(app::config_path("", place.world) == "/etc/ctxcap/config.toml");
  place.environment.values["HOME"] = "/home/me";
  CHECK(app::config_path("", place.world) == "/etc/ctxcap/config.toml");
  place.files.files["/home/me/.config/ctxcap/config.toml"] = "";
  CHECK(app::config_path("", place.world) == "/home/me/.config/ctxcap/config.toml");
  place.files.files["/xdg/ctxcap/config.toml"] = "";
  place.environment.values["XDG_CONFIG_HOME"] = "xdg";  // relative: not to be used
  CHECK(app::config_path("", place.world) == "/home/me/.config/ctxcap/config.toml");
  place.environment.values["XDG_CONFIG_HOME"] = "/xdg";
  CHECK(app::config_path("", place.world) == "/xdg/ctxcap/config.toml");
  place.environment.values["CTXCAP_CONFIG"] = "/gone.toml";
  CHECK(app::config_path("", place.world) == "/gone.toml");
  CHECK_FALSE(app::read_config_file("", place.world));
  CHECK(app::config_path("flag.toml", place.world) == "flag.toml");
}

TEST_CASE("each source has the keys under its own names") {
  Place place;
  place.environment.values = {{"LANGFUSE_PUBLIC_KEY", "usual"},
                              {"TEAM_B_PUBLIC_KEY", "own"},
                              {"CREDENTIALS_DIRECTORY", "/run/credentials"},
                              {"OTHER", "same"}};
  place.files.files["/run/credentials/TEAM_B_SECRET_KEY"] = "x";
  const SourceSettings usual{.kind = find_kind(sources::kinds(), "langfuse"), .keys = "LANGFUSE"};
  const SourceSettings own{.kind = find_kind(sources::kinds(), "langfuse"), .keys = "TEAM_B"};
  app::SourceKeys usual_keys(usual, place.world), own_keys(own, place.world);
  CHECK(usual_keys.get("LANGFUSE_PUBLIC_KEY") == "usual");
  CHECK(own_keys.get("LANGFUSE_PUBLIC_KEY") == "own");
  CHECK(own_keys.get("LANGFUSE_SECRET_KEY") == std::nullopt);
  CHECK(own_keys.get("LANGFUSE_SECRET_KEY_FILE") == "/run/credentials/TEAM_B_SECRET_KEY");
  CHECK(usual_keys.get("LANGFUSE_SECRET_KEY_FILE") == std::nullopt);
  CHECK(own_keys.get("OTHER") == "same");

  const SourceSettings clickhouse{.kind = find_kind(sources::kinds(), "clickhouse"), .keys = "TEAM_B"};
  app::SourceKeys clickhouse_keys(clickhouse, place.world);
  CHECK(clickhouse_keys.own_name("CLICKHOUSE_PASSWORD") == "TEAM_B_PASSWORD");
  CHECK(clickhouse_keys.own_name("LANGFUSE_PUBLIC_KEY") == "LANGFUSE_PUBLIC_KEY");
}
