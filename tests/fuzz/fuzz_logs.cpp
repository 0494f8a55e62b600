// Any bytes as the log of llama.cpp's server: behind a line of one, so that it is taken for a log.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text =
      "slot launch_slot_: id  1 | task 0 | processing task\n" + std::string(data, data + size);
  const fuzz::Outcome whole = fuzz::read_whole(text, {.threads = 1});
  if (whole.error.empty()) fuzz::require_nothing_lost(whole.summary);
  const fuzz::Outcome fed = fuzz::read_fed(text, 33, {.threads = 2, .batch = 100});
  fuzz::require(whole == fed, "a log in pieces says what it says as a whole");
  return 0;
}
