// The same call as other versions, other loggers and other hands write it.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

const std::string kRow = R"({"model":"m","done":true,"prompt_eval_count":4098,"eval_count":611})";
const std::string kQuoted =
    R"({\"model\":\"m\",\"done\":true,\"prompt_eval_count\":4098,\"eval_count\":611})";
const std::string kGist = "all/m: p 4098 g 611 t 4709";

std::string otlp(const std::string& resource, const std::string& count) {
  return resource +
         R"([{"traceId":"a","spanId":"b","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},)" +
         R"({"key":"gen_ai.usage.input_tokens","value":)" + count + "}]}]}]}]}";
}

}  // namespace

TEST_CASE("a row is found inside of what loggers and collectors put around it") {
  struct Row {
    const char* what;
    std::string text;
    Words skipped;
  };
  const Row rows[] = {
      {"docker compose logs", "app-1  | " + kRow + "\napp-1  | starting\n", {{"bad-json", 1}}},
      {"containerd", "2026-08-20T09:15:09Z stdout F " + kRow + "\n", {}},
      {"python's logging", "INFO:root:" + kRow + "\n", {}},
      {"docker's json-file",
       R"({"log":")" + kQuoted + R"(\n","stream":"stdout","time":"2026-08-20T09:15:09Z"})",
       {}},
      {"journald",
       R"({"MESSAGE":")" + kQuoted + "\",\"PRIORITY\":\"6\"}\n{\"MESSAGE\":\"started\"}",
       {{"server-log", 1}}},
      {"request and response", R"({"request":{"model":"m","messages":[]},"response":)" + kRow + "}", {}},
      {"pretty-printed, CRLF, byte order mark, counts as text",
       "\xef\xbb\xbf{\r\n \"model\": \"m\",\r\n \"prompt_eval_count\": \"4098\",\r\n \"eval_count\": "
       "611\r\n}\r\n",
       {}},
      {"a prefix before text that is no row", "note: {this} and {that}\n" + kRow, {{"bad-json", 1}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == kGist);
    CHECK(words(summary.skipped) == row.skipped);
    CHECK(ingest_fed(row.text, 3, {.threads = 1, .batch = 1}).demands == summary.demands);
  }
}

TEST_CASE("counts have many names") {
  for (
      const char* row :
      {R"({"model":"m","usage":{"promptTokens":12,"completionTokens":3,"totalTokens":15}})",
       R"({"model":"m","usage":{"inputTokens":12,"outputTokens":3}})",
       R"({"model":"m","inputTokens":12,"outputTokens":3})",
       R"({"model":"m","usage_metadata":{"input_tokens":12,"output_tokens":3,"total_tokens":15}})",
       R"({"level":"info","msg":"call","model":"m","prompt_tokens":12,"completion_tokens":3})",
       R"({"object":"chat.completion","model":"m","choices":[],"prompt_logprobs":null,"usage":{"prompt_tokens":12,)"
       R"("total_tokens":15,"completion_tokens":3,"prompt_tokens_details":null}})"}) {
    CAPTURE(row);
    CHECK(gist(ingest_whole(row)) == "all/m: p 12 g 3 t 15");
  }
}

TEST_CASE("OTLP in older and looser spellings") {
  for (const std::string& row :
       {otlp(R"({"resource_spans":[{"scope_spans":[{"spans":)", R"({"int_value":4095})"),
        otlp(R"({"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":)", R"({"intValue":4095})"),
        otlp(R"({"resourceSpans":[{"scopeSpans":[{"spans":)", R"({"doubleValue":4095})"),
        otlp(R"({"resourceSpans":[{"scopeSpans":[{"spans":)", R"({"stringValue":"4095"})")}) {
    CAPTURE(row);
    const TraceSummary summary = ingest_whole(row);
    CHECK(gist(summary) == "all/: p 4095 g t 4095");
    CHECK(summary.inputs[0].format == "otlp");
  }
}

TEST_CASE("a refusal names the true size, whoever passes it on") {
  struct Row {
    std::string text;
    Tokens prompt;
  };
  const Row rows[] = {
      {R"({"error":{"code":400,"n_prompt_tokens":701,"n_ctx":512}})", 701},
      {R"({"error":"{\"error\":{\"code\":400,\"message\":\"too long\",\"n_prompt_tokens\":701,\"n_ctx\":512}}"})",
       701},
      {R"x({"error":{"message":"request (701 tokens) exceeds the available context size (512 tokens)"}})x",
       701},
      {R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 )"
       R"(tokens (4500 in the messages, 500 in the completion). Please reduce the length.","code":400})",
       4500},
      {R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 )"
       R"(tokens in the messages, Please reduce the length of the messages.","code":400})",
       5000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const TraceSummary summary = ingest_whole(row.text);
    REQUIRE(summary.demands.size() == 1);
    CHECK(summary.demands[0].pooled().prompt.max() == row.prompt);
    CHECK(summary.demands[0].pooled().need.max() == row.prompt + 1);
    CHECK(summary.demands[0].pooled().generation.empty());
    CHECK(words(summary.remarks) == Words{{"refused-prompt", 1}});
  }
  for (const char* other :
       {R"({"error":"model not found"})", R"({"error":{"message":"request (701 tokens) took long"}})",
        R"({"object":"error","message":"maximum context length is unknown"})"}) {
    CAPTURE(other);
    CHECK(words(ingest_whole(other).skipped) == Words{{"error-answer", 1}});
  }
}
