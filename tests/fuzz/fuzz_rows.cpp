// Any bytes as a trace file.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::Outcome outcome = fuzz::read_whole(text, {.threads = 1});
  if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
  return 0;
}
