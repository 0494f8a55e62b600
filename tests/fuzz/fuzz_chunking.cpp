// Any bytes in chunks of any size, read as they come, say what they say as a whole.
// The first byte is the chunk size.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // So many blank lines that the stream's shape is decided before its rows are complete.
  const std::string text = std::string(4096, '\n') + std::string(data + 1, data + size);
  const fuzz::Outcome whole = fuzz::read_whole(text, {.threads = 1});
  const fuzz::Outcome fed = fuzz::read_fed(text, std::size_t{1} + data[0], {.threads = 1, .batch = 1});
  fuzz::require(whole.error == fed.error, "the same error");
  fuzz::require(whole.error != "" || whole.summary == fed.summary, "the same summary");
  return 0;
}
