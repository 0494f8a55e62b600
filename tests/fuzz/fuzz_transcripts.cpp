// Any bytes as lines of coding agents' transcripts, and as what collectors and gateways put around a row.

#include <cstdint>

#include "base/json.hpp"
#include "fuzz/properties.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const std::string text = Json(bytes).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (
      const std::string& row : {
          R"({"type":"assistant","sessionId":"s","message":{"id":"i","role":"assistant","model":"m","usage":{)" +
              bytes + "}}}",
          R"({"type":"assistant","sessionId":"s",)" + bytes + "}",
          R"({"timestamp":"2026-08-20T09:00:00Z","type":"event_msg","payload":{)" + bytes + "}}",
          R"({"info":{},"messages":[)" + bytes + "]}",
          R"({"ts":1788000000000,"type":"say","say":"api_req_started","text":)" + text + "}",
          R"({"event":"message_send","properties":{)" + bytes + "}}",
          R"({"data":{"resultData":{"runData":{"n":[{"data":{"ai_languageModel":[[)" + bytes + "]]}}]}}}}",
          R"({"log":)" + text + R"(,"time":"2026-08-20T09:00:00Z"})",
          R"({"request":)" + text + R"(,"response":)" + text + "}",
          R"({"hits":{"hits":[)" + bytes + "]}}",
          R"({"stream":{},"values":[["1788000000000000000",)" + text + "]," + bytes + "]}",
      }) {
    const fuzz::Outcome outcome = fuzz::read_whole(row, {.threads = 1});
    if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
  }
  return 0;
}
