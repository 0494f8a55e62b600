// Any bytes as a configuration: problems are values with a place, and what is shown reads back the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "manual/manual.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;

namespace {

void require(bool held) {
  if (!held) std::abort();
}

settings::Reading read(const std::string& text) {
  return settings::read_settings(text,
                               {.path = "/c/config.toml", .environment = {}, .kinds = sources::kinds()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const settings::Reading reading = read(std::string(data, data + size));
  for (const Error& problem : reading.problems) {
    require(!problem.what.empty() && problem.why.starts_with("/c/config.toml") && !problem.hint.empty());
  }
  if (!reading.problems.empty()) return 0;
  const std::string shown = manual::toml_text(reading, true);
  const settings::Reading again = read(shown);
  require(again.problems.empty());
  require(manual::toml_text(again, false) == manual::toml_text(reading, false));
  require(manual::json_text(again).size() > 0);
  return 0;
}
