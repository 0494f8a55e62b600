// Any bytes as events of a stream of /v1/messages, behind its beginning, and as the events' counts.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const std::string start =
      "event: message_start\n"
      R"(data: {"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":7}}})"
      "\n\n";
  for (const std::string& text : {
           start + bytes,
           start + R"(data: {"type":"message_delta","usage":{)" + bytes +
               "}}\n\ndata: {\"type\":\"message_stop\"}\n",
           R"(data: {"type":"message_start","message":{)" + bytes + "}}\n",
       }) {
    const fuzz::Outcome whole = fuzz::read_whole(text, {.threads = 1});
    if (whole.error.empty()) fuzz::require_nothing_lost(whole.summary);
    fuzz::require(fuzz::read_fed(text, 33, {.threads = 2, .batch = 100}) == whole,
                  "a stream in pieces says what it says as a whole");
  }
  return 0;
}
