// Rows inside of what collectors, gateways and streams wrap around them.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("a wrapped row is read, with the time of what stands around it") {
  struct Row {
    std::string text, day;
  };
  const std::string inner = R"({"model":"m","prompt_tokens":10,"completion_tokens":5})";
  const std::string text = R"("{\"model\":\"m\",\"prompt_tokens\":10,\"completion_tokens\":5}")";
  for (const Row& row : std::initializer_list<Row>{
           {R"({"insertId":"a","jsonPayload":)" + inner + R"(,"timestamp":"2026-08-20T09:00:00Z"})",
            "2026-08-20"},
           {R"({"line":)" + text + R"(,"timestamp":"1787216400000000000"})", "2026-08-20"},
           {R"({"log":)" + text + R"(,"time":"2026-08-20T09:00:00Z"})", "2026-08-20"},
           {R"({"message":)" + text + R"(,"@timestamp":"2026-08-20T09:00:00Z"})", "2026-08-20"},
           {R"({"hits":{"hits":[{"_source":)" + inner + R"(}]}})", ""},
           {R"({"request":"{\"model\":\"m\",\"options\":{\"num_ctx\":512}}","response":)" + text +
                R"(,"time":"2026-08-20T09:00:00Z"})",
            "2026-08-20"},
       }) {
    CAPTURE(row.text);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == "all/m: p 10 g 5 t 15");
    REQUIRE(summary.demands.size() == 1);
    const Demand& demand = summary.demands[0];
    CHECK((demand.from ? iso_date(day_of(*demand.from)) : "") == row.day);
    CHECK(demand.num_ctx_asked.contains(512) == (row.text.find("512") != std::string::npos));
  }
}

TEST_CASE("the parts of a stream are one call, and the last one counts") {
  const auto part = [](const std::string& id, int generation) {
    return R"(data: {"id":")" + id +
           R"(","object":"chat.completion.chunk","model":"m","choices":[],"usage":)" +
           R"({"prompt_tokens":10,"completion_tokens":)" + std::to_string(generation) + "}}\n\n";
  };
  const std::string a = "chatcmpl-0123456789abcdef", b = "chatcmpl-fedcba9876543210";
  CHECK(gist(ingest_whole(part(a, 1) + part(a, 2) + part(b, 1) + part(a, 3) + part(b, 2))) ==
        "all/m: p 10*2 g 2 3 t 12 13");
  // One of 999 ids: two calls.
  CHECK(gist(ingest_whole(part("chatcmpl-7", 5) + part("chatcmpl-7", 6))) == "all/m: p 10*2 g 5 6 t 15 16");
}

TEST_CASE("streams of /v1/messages: later values replace earlier ones, key by key") {
  const std::string begin = R"(event: message_start
data: {"type":"message_start","message":{"id":"x","type":"message","model":"m","usage":{"input_tokens":10,"cache_read_input_tokens":200,"output_tokens":1}}}

)";
  const std::string delta = R"(data: {"type":"message_delta","usage":{"output_tokens":5}}

)";
  const std::string corrected =
      R"(data: {"type":"message_delta","usage":{"input_tokens":11,"output_tokens":6}}
data: {"type":"message_stop"}

)";
  CHECK(gist(ingest_whole(begin + delta)) == "all/m: p 210 g 5 t 215");
  CHECK(gist(ingest_whole(begin + delta + corrected)) == "all/m: p 211 g 6 t 217");
  CHECK(gist(ingest_whole(begin + delta + corrected + begin + delta)) == "all/m: p 210 211 g 5 6 t 215 217");
  CHECK(gist(ingest_whole(begin)) == "");  // nobody knows how it ended
}
