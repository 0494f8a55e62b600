// Any bytes as a configuration: problems are values with a place, and what is shown reads back the same.

#include <cstdint>
#include <string>

#include "fuzz/require.hpp"
#include "manual/manual.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;

namespace {

settings::Reading read(const std::string& text) {
  return settings::read_settings(text,
                                 {.path = "/c/config.toml", .environment = {}, .kinds = sources::kinds()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const settings::Reading reading = read(std::string(data, data + size));
  for (const Error& problem : reading.problems) {
    fuzz::require(!problem.what.empty() && problem.why.starts_with("/c/config.toml") && !problem.hint.empty(),
                  "a problem has a name, a place and a hint");
  }
  if (!reading.problems.empty()) return 0;
  const std::string shown = manual::toml_text(reading, true);
  const settings::Reading again = read(shown);
  fuzz::require(again.problems.empty(), "what is shown can be read");
  fuzz::require(manual::toml_text(again, false) == manual::toml_text(reading, false),
                "what is shown reads back the same");
  fuzz::require(!manual::json_text(again).empty(), "it is told as JSON too");
  return 0;
}
