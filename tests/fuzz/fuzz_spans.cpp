// Any bytes as the attributes of a span, and as a span, in what OTLP, Phoenix and MLflow write.

#include <cstdint>

#include "fuzz/properties.hpp"

using namespace ctxcap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const std::string_view calls =
      R"({"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"7"}})";
  const std::string ids =
      R"("traceId":"t","spanId":"s","startTimeUnixNano":"1781082000000000000","endTimeUnixNano":"1781083000000000000")";
  const std::string before = R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"x"},"spans":[)";
  const std::string otlp = before + "{" + ids + R"(,"attributes":[)" + std::string(calls) + ",";
  for (const std::string& text : {
           bytes,
           otlp + bytes + "]}]}]}]}\n" + otlp + R"({"key":"k","value":)" + bytes + "}]}]}]}]}\n",
           before + bytes + "]}]}]}\n",
           R"({"context":{"trace_id":"t","span_id":"s"},"span_kind":"LLM","attributes":{)" + bytes + "}}\n",
           R"({"info":{"trace_id":"t"},"data":{"spans":[)" + bytes + "]}}\n",
       }) {
    const fuzz::Outcome outcome = fuzz::read_whole(text, {.threads = 1});
    if (outcome.error.empty()) fuzz::require_nothing_lost(outcome.summary);
  }
  return 0;
}
