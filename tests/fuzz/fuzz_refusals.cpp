// Any bytes as what a server said when it refused: by itself, in an error row, in the text of a gateway.

#include <cstdint>

#include "base/json.hpp"
#include "data/refusal.hpp"
#include "fuzz/properties.hpp"
#include "ingest/refusals.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  if (const auto refusal = refusal_of(bytes)) {
    fuzz::require(!refusal->prompt || *refusal->prompt >= 0, "a prompt is no less than nothing");
    const ingest::Usage usage = ingest::usage_of(*refusal);
    fuzz::require(usage.reason != ingest::Reason::none || usage.prompt > 0, "what counts has a prompt");
    fuzz::require(usage.reason != ingest::Reason::none || !usage.remarks.empty(), "a refusal is remarked on");
  }
  const std::string text = Json(bytes).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const std::string& row : {
           R"({"model":"m","error":)" + text + "}",
           R"({"error":{"message":)" + text + R"(,"type":"invalid_request_error","code":400}})",
           R"({"object":"error","message":)" + text + "}",
           R"({"model":"m","error":{"metadata":{"raw":)" + text + "}}}",
           R"({"error":)" + bytes + "}",
       }) {
    const fuzz::Outcome outcome = fuzz::read_whole(row, {.threads = 1});
    if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
  }
  return 0;
}
