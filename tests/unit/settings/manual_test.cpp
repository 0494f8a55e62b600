// The manual and the fixture know every key: a new row in tables.cpp fails here until both do.

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "settings/settings.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(CTXCAP_ROOT "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

// "variant[0].risk" -> "variant.risk"
std::string plain(std::string key) {
  const std::size_t open = key.find('['), close = key.find(']');
  if (open != key.npos) key.erase(open, close - open + 1);
  return key;
}

settings::Reading read(const std::string& text) {
  return settings::read_config(text,
                               {.path = "/c/config.toml", .environment = {}, .kinds = sources::kinds()});
}

}  // namespace

TEST_CASE("every key is in the fixture that has everything") {
  const settings::Reading reading = read(content("fixtures/config/everything.toml"));
  CHECK(reading.problems.empty());
  std::set<std::string> all, given;
  for (const settings::Setting& setting : reading.settings) {
    all.insert(plain(setting.key));
    if (setting.origin != settings::Origin::built_in) given.insert(plain(setting.key));
  }
  for (const std::string& key : all) {
    CAPTURE(key);
    CHECK(given.contains(key));
  }
}

TEST_CASE("every key is in the manual, as a line that begins with its name") {
  const std::string manual = content("src/settings/settings.hpp");
  for (const settings::Setting& setting : read(content("fixtures/config/everything.toml")).settings) {
    const std::string name = setting.key.substr(setting.key.find('.') + 1);
    CAPTURE(name);
    bool found = false;
    for (const std::string& form : {name + ": ", name + ":  ", name + " (", name + ", "}) {
      found = found || manual.find("// " + form) != manual.npos ||
              manual.find("//   " + form) != manual.npos || manual.find(" " + form) != manual.npos;
    }
    CHECK(found);
  }
}
