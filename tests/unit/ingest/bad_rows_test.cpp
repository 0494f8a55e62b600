// --bad-lines: every row that is not used, where it stands, and why; the same for every way of reading.

#include "support/shared.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Told {
  std::string lines;  // as JSON
  std::string cut;    // "reason=text at its place|..."
  Words reasons;
};

Told bad_rows(const std::string& text, std::size_t chunk = 0, int threads = 1) {
  Told told;
  const auto take = [&](const BadRow& row) {
    told.lines += bad_row_json(row);
    ++told.reasons[std::string(row.reason)];
    if (!row.offset) return;
    told.cut +=
        fmt::format("{}{}={}", told.cut.empty() ? "" : "|", row.reason,
                    text.substr(static_cast<std::size_t>(*row.offset), static_cast<std::size_t>(row.length)));
  };
  const ingest::Options options{.threads = threads, .batch = chunk == 0 ? 0 : 2 * chunk, .on_bad_row = take};
  const TraceSummary summary = chunk == 0 ? ingest_whole(text, options) : ingest_fed(text, chunk, options);
  CHECK(told.reasons == words(summary.skipped));
  return told;
}

}  // namespace

TEST_CASE("a bad row can be cut out of its source") {
  struct Row {
    const char* what;
    std::string text, cut;
  };
  const Row rows[] = {
      {"lines", "\xef\xbb\xbf{\"prompt_tokens\":7}\r\n{\"prompt_tokens\":-1}\r\nnonsense\r\n",
       "negative-tokens={\"prompt_tokens\":-1}|bad-json=nonsense"},
      {"an array over lines", "[\n {\"prompt_tokens\":7},\n {\"prompt_tokens\":0}\n]",
       "no-usage={\"prompt_tokens\":0}"},
      {"a page", R"({"data":[{"prompt_tokens":7},{"prompt_tokens":0, "model":"m"}],"meta":{}})",
       R"(no-usage={"prompt_tokens":0, "model":"m"})"},
      {"csv", "prompt_tokens,model\n7,m\n8\n0,m\n", "bad-csv=8|no-usage=0,m"},
      {"a body that is text stands where its record does",
       R"({"status":200,"body":"{\"data\":[{\"x\":1}]}"})",
       R"(unknown-format={"status":200,"body":"{\"data\":[{\"x\":1}]}"})"},
      {"a document without an end", "{\n\"a\":\n", "bad-json={"},
      {"two versions of a row: told at the end",
       "{\"id\":\"a\",\"traceId\":\"t\",\"promptTokens\":7}\n{\"prompt_tokens\":0}\n{\"id\":\"a\","
       "\"traceId\":\"t\",\"promptTokens\":7}\n",
       "no-usage={\"prompt_tokens\":0}|duplicate={\"id\":\"a\",\"traceId\":\"t\",\"promptTokens\":7}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(bad_rows(row.text).cut == row.cut);
    CHECK(bad_rows(row.text, 5).cut == row.cut);
  }
}

TEST_CASE("bad rows are told the same way whatever the threads and chunks") {
  std::string text;
  for (int i = 0; i < 30'000; ++i) {
    text += i % 7 == 0
                ? fmt::format("{{\"id\":\"o{}\",\"traceId\":\"t\",\"promptTokens\":{}}}\n", i % 1'000, i % 5)
            : i % 5 == 0 ? fmt::format("broken {}\n", i)
                         : fmt::format("{{\"prompt_tokens\":{}}}\n", i % 3);
  }
  const Told one = bad_rows(text);
  CHECK(one.reasons.size() == 3);
  CHECK(bad_rows(text, 0, 3).lines == one.lines);
  CHECK(bad_rows(text, 4'099, 2).lines == one.lines);
  CHECK(one.lines.starts_with(R"({"source":"f","line":1,"offset":)") == false);  // line 1 has an id
  CHECK(one.lines.find("broken") == std::string::npos);
}

TEST_CASE("every skipped row of every recording is told") {
  for (const char* file : {"logs/otlp_pydantic_ai.jsonl", "logs/phoenix_dataframe.csv",
                           "logs/openwebui-chat-export.json", "logs/llamacpp-server-embeddings.log",
                           "logs/litellm-proxy-generic_api-body.json", "langfuse/real/21_v2_odd_rows.json"}) {
    CAPTURE(file);
    const auto text = shared_file(file);
    if (!text) continue;
    const Told told = bad_rows(*text);
    CHECK_FALSE(told.reasons.empty());
    CHECK(bad_rows(*text, 777, 2).lines == told.lines);
  }
}
