// Any bytes as server-sent events: the raw stream, and the data of each line.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  std::string events = "event: message\n";
  for (std::size_t at = 0; at <= bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    events += "data: " + bytes.substr(at, end - at) + "\n\n";
    at = end + 1;
  }
  const std::string chunk =
      R"(data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[],"usage":)" + bytes +
      "}\n\n";
  for (const std::string& text : {events, "data: " + bytes, chunk + "data: [DONE]\n"}) {
    const fuzz::Outcome outcome = fuzz::read_whole(text, {.threads = 1});
    if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
  }
  return 0;
}
