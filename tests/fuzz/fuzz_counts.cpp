// Any bytes as the counts of a call, where senders put them: in `usage`, in the row itself, in a cell. Order
// is no matter, and no row is lost.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  for (const std::string& text : {
           R"({"model":"m","usage":{)" + bytes + "}}",
           R"({"model":"m","prompt_tokens":7,)" + bytes + "}",
           R"({"model":"m","done":true,"eval_count":3,"prompt_eval_count":258,"context":[)" + bytes + "]}",
           R"({"tokens":{)" + bytes + R"(},"role":"assistant","modelID":"m","time":{"created":1}})",
           "model,prompt_tokens,completion_tokens\nm,543,5\nm," + bytes + ",5\n",
           "model;prompt_tokens;completion_tokens\nm;2.000;5\nm;" + bytes + "\n",
       }) {
    const fuzz::Outcome outcome = fuzz::read_whole(text, {.threads = 1});
    if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
    fuzz::require(fuzz::read_fed(text, 17, {.threads = 2, .batch = 50}) == outcome, "in pieces the same");
  }
  return 0;
}
