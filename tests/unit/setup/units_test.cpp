#include <doctest/doctest.h>

#include "io/io.hpp"
#include "setup/setup.hpp"

using namespace ctxcap;
using namespace ctxcap::setup;

namespace {

std::string read(World& world, const std::string& kind) {
  return world.files.read_all(CTXCAP_ROOT "/examples/nightly/ctxcap-nightly." + kind).value();
}

}  // namespace

TEST_CASE("a service of the machine has its own folder, and keys only where they are") {
  io::RealWorld real;
  World world = real.world();
  Seen seen;
  seen.root = true;
  const std::string service = read(world, "service"), timer = read(world, "timer");
  const Templates templates{service, timer};
  const Units units = units_for("/etc/a \"b\" 5%/c.toml", {}, seen, templates, world);
  CHECK(units.directory == "/etc/systemd/system");
  CHECK(units.service.find("--config \"/etc/a \\\"b\\\" 5%%/c.toml\"\n") != std::string::npos);
  CHECK(units.service.find("\nDynamicUser=yes\n") != std::string::npos);
  CHECK(units.service.find("\nStateDirectory=ctxcap\n") != std::string::npos);
  CHECK(units.service.find("\n#LoadCredential=LANGFUSE_SECRET_KEY") != std::string::npos);
  for (const char* foreign : {"ctxcap-alert", "User=ctxcap", "/etc/ctxcap/config.toml"})
    CHECK_MESSAGE(units.service.find(foreign) == std::string::npos, foreign);
  seen.root = false;
  const std::string own = units_for("c.toml", {}, seen, templates, world).service;
  for (const char* of_root :
       {"DynamicUser", "StateDirectory", "ProtectSystem", "PrivateTmp", "LoadCredential"})
    CHECK_MESSAGE(own.find(of_root) == std::string::npos, of_root);
}
