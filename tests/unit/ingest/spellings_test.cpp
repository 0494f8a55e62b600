// What the counts of a row say together: cached parts, reasoning, totals, sums of many calls, units,
// separators.

#include "ingest/spellings.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Row {
  std::string text, gist;
  Words skipped = {}, remarks = {};
};

void check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == row.gist);
    CHECK(words(summary.skipped) == row.skipped);
    CHECK(words(summary.remarks) == row.remarks);
    check_nothing_lost(summary);
  }
}

}  // namespace

TEST_CASE("the cached part belongs to the prompt; the numbers tell whether the sender has added it") {
  const Row rows[] = {
      // beside, by name
      {R"({"model":"m","usage":{"input_tokens":30,"cache_read_input_tokens":200,"cache_creation_input_tokens":7,"output_tokens":5}})",
       "all/m: p 237 g 5 t 242"},
      {R"({"model":"m","input_tokens":30,"cache_tokens":200,"output_tokens":5})", "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","usage":{"input":30,"output":5,"cacheRead":200,"cacheWrite":0,"total":235}})",
       "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","usage":{"input":0,"output":5,"cache":{"read":200,"write":4}}})",
       "all/m: p 204 g 5 t 209"},
      {R"({"model":"m","timings":{"prompt_n":30,"cache_n":200,"predicted_n":5}})", "all/m: p 230 g 5 t 235"},
      // inside, by name
      {R"({"model":"m","usage":{"prompt_tokens":230,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":200}}})",
       "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","usage":{"input_tokens":230,"cached_input_tokens":200,"output_tokens":5}})",
       "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","usage_metadata":{"input_tokens":230,"output_tokens":5,"total_tokens":235,"input_token_details":{"cache_read":200}}})",
       "all/m: p 230 g 5 t 235"},
      // the total is against the name
      {R"({"model":"m","usage":{"input_tokens":230,"cache_read_input_tokens":200,"output_tokens":5,"total_tokens":235}})",
       "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","usage":{"prompt_tokens":230,"completion_tokens":5,"total_tokens":435,"prompt_tokens_details":{"cached_tokens":200}}})",
       "all/m: p 430 g 5 t 435"},
      // more was cached than sent: impossible inside
      {R"({"model":"m","usage":{"prompt_tokens":30,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":200}}})",
       "all/m: p 230 g 5 t 235"},
      // neither decides, and the name leaves it open
      {R"({"model":"m","tokensIn":230,"tokensOut":5,"cacheReads":200,"cacheWrites":0})",
       "all/m: p 430 g 5 t 435",
       {},
       {{"cache-added", 1}}},
      {R"({"model":"m","usageDetails":{"input":30,"cache_read":200,"output":5},"id":"1","traceId":"t","type":"GENERATION","startTime":"2026-08-10T00:00:00Z"})",
       "all/m: p 230 g 5 t 235"},
  };
  check(rows);
}

TEST_CASE("what was evaluated is no prompt") {
  const Row rows[] = {
      {R"({"model":"m","timings":{"prompt_n":30,"predicted_n":5}})", "", {{"partial-prompt", 1}}},
      {R"({"model":"m","usage":{"prompt_n":30,"predicted_n":5,"prompt_tokens":230,"completion_tokens":5}})",
       "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","usage":{"prompt_tokens":230,"completion_tokens":5},"timings":{"prompt_n":30,"predicted_n":5}})",
       "all/m: p 230 g 5 t 235"},
      {R"({"model":"m","input_tokens":30,"cache_tokens":-1,"output_tokens":5,"prompt_per_second":812.5})",
       "",
       {{"partial-prompt", 1}}},
      {R"({"model":"m","input_tokens":30,"cache_tokens":-1,"output_tokens":5,"prompt_per_second":-1})",
       "all/m: p 30 g 5 t 35"},
  };
  check(rows);
}

TEST_CASE("reasoning stands beside the output or inside, and a total beyond all parts is the need") {
  const Row rows[] = {
      {R"({"model":"m","usage":{"input":30,"output":5,"reasoning":40,"total":75}})", "all/m: p 30 g 45 t 75"},
      {R"({"model":"m","prompt_tokens":30,"completion_tokens":45,"reasoning_tokens":40,"total_tokens":75})",
       "all/m: p 30 g 45 t 75"},
      {R"({"model":"m","usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":5,"thoughtsTokenCount":40,"totalTokenCount":75}})",
       "all/m: p 30 g 45 t 75"},
      {R"({"model":"m","usage":{"prompt_tokens":30,"completion_tokens":5,"total_tokens":75}})",
       "all/m: p 30 g 5 t 75",
       {},
       {{"unsplit-tokens", 1}}},
      {R"({"model":"m","usage":{"prompt_tokens":30,"total_tokens":75}})", "all/m: p 30 g 45 t 75"},
  };
  check(rows);
}

namespace {

// An answer of /api/generate: `size` tokens of context, 2 of them the answer's.
std::string generated(Tokens counted, Tokens size, const std::string& more = "") {
  std::string context;
  for (Tokens i = 0; i < size; ++i) context += (i > 0 ? "," : "") + std::to_string(i);
  return R"({"model":"m","done":true,"eval_count":2,"prompt_eval_count":)" + std::to_string(counted) +
         R"(,"context":[)" + context + "]" + more + "}";
}

}  // namespace

TEST_CASE("the context of an answer shows what was cut off its prompt") {
  const Words cut{{"truncated-prompt", 1}};
  const Row rows[] = {
      {generated(4, 6), "all/m: p 4 g 2 t 6"},
      {generated(5, 6), "all/m: p 5 g 2 t 7"},  // a first token of the model's own
      {generated(3, 0), "all/m: p 3 g 2 t 5"},
      // Half of 512 and 2, or 3 with a first token of its own: the window follows from it.
      {generated(258, 802), "all/m: p 800 g 2 t 802", {}, cut},
      {generated(259, 802), "all/m: p 801 g 2 t 803", {}, cut},
      {generated(258, 802, R"(,"options":{"num_ctx":512})"), "all/m: p 800 g 2 t 802", {}, cut},
      // An older server fills the window.
      {generated(512, 802), "all/m: p 801 g 2 t 803", {}, cut},
      {generated(511, 802, R"(,"options":{"num_ctx":512})"), "all/m: p 801 g 2 t 803", {}, cut},
      // A window of an odd size
      {generated(300, 802), "all/m: p 801 g 2 t 803", {}, cut},
      // What was not counted was in the cache: no window of 2,048 cuts a prompt of 800.
      {generated(300, 802, R"(,"options":{"num_ctx":2048})"), "all/m: p 801 g 2 t 803"},
      {generated(700, 802), "all/m: p 801 g 2 t 803"},
      // Thoughts are counted, and are not in the context.
      {generated(258, 802, R"(,"thinking":"hm")"), "all/m: p 802 g 2 t 804", {}, cut},
  };
  check(rows);
  CHECK(ingest_whole(generated(259, 802)).demands[0].cuts == std::map<Tokens, i64>{{512, 1}});
  CHECK(ingest_whole(generated(300, 802)).demands[0].cuts == std::map<Tokens, i64>{{0, 1}});
  CHECK(ingest_whole(generated(259, 802)).demands[0].windows.empty());
}

TEST_CASE("names are chosen by what their values say") {
  const Row rows[] = {
      {R"({"model":"m","prompt_tokens":null,"completion_tokens":null,"input_tokens":30,"output_tokens":5})",
       "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","prompt_tokens":0,"completion_tokens":0,"input_tokens":30,"output_tokens":5})",
       "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","prompt_tokens":30,"response_tokens":5})", "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","usage":"{\"promptTokens\":\"30\",\"completionTokens\":\"5\"}"})",
       "all/m: p 30 g 5 t 35"},
  };
  check(rows);
}

TEST_CASE("sums over calls, other units and embeddings are no calls") {
  const Row rows[] = {
      {R"({"model":"m","input_tokens":30,"output_tokens":5,"num_model_requests":2})", "", {{"aggregate", 1}}},
      {R"({"model":"m","input_tokens":30,"output_tokens":5,"num_model_requests":1})", "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","prompt_tokens":900000,"completion_tokens":5,"date":"2026-08-20"})",
       "",
       {{"aggregate", 1}}},
      {R"({"model":"m","usage":{"input":30,"output":5,"unit":"CHARACTERS"},"unit":"CHARACTERS","id":"1","traceId":"t","type":"GENERATION","startTime":"2026-08-10T00:00:00Z","promptTokens":30})",
       "",
       {{"other-unit", 1}}},
      {R"({"model":"m","prompt_tokens":30,"completion_tokens":0,"path":"/v1/embeddings"})",
       "",
       {{"embedding", 1}}},
      {R"({"model":"nomic-embed-text","prompt_tokens":30})", "", {{"embedding", 1}}},
  };
  check(rows);
}

TEST_CASE("thousands separators are read, and a fraction of zeros is none") {
  const Row rows[] = {
      {"model,prompt_tokens,completion_tokens\nm,\"2,226\",5\n", "all/m: p 2226 g 5 t 2231"},
      {"model;prompt_tokens;completion_tokens\nm;2.226;5\n", "all/m: p 2226 g 5 t 2231"},
      {"model;prompt_tokens;completion_tokens\nm;2'226'000;5\n", "all/m: p 2226000 g 5 t 2226005"},
      {"model;prompt_tokens;completion_tokens\nm;543;5\nm;16.000;5\n",
       "all/m: p 543 16000 g 5*2 t 548 16005"},
      {"model;prompt_tokens;completion_tokens\nm;543.000;5\nm;1600.000;5\n",
       "all/m: p 543 1600 g 5*2 t 548 1605"},
      {"model,prompt_tokens,completion_tokens\nm,2.22,5\n", "", {{"bad-tokens", 1}}},
      // Nothing tells: neither two nor two thousand.
      {"model;prompt_tokens;completion_tokens\nm;2.000;5\nm;16.000;5\n", "", {{"ambiguous-count", 2}}},
      {"model,prompt_tokens,completion_tokens\nm,2.000,5\nm,69.0,5\n", "all/m: p 2 69 g 5*2 t 7 74"},
      {R"({"model":"m","prompt_tokens":"2.000","completion_tokens":5})", "", {{"ambiguous-count", 1}}},
      {R"({"model":"m","prompt_tokens":2000.000,"completion_tokens":5.0})", "all/m: p 2000 g 5 t 2005"},
      {R"({"model":"m","prompt_tokens":"12.345","completion_tokens":5})", "all/m: p 12345 g 5 t 12350"},
  };
  check(rows);
}

TEST_CASE("rows are found in the streams of Loki's API, and lengths of a benchmark are marked as estimates") {
  const std::string row = R"({\"model\":\"m\",\"prompt_tokens\":30,\"completion_tokens\":5})";
  const std::string values =
      R"("values":[["1787217300000000000",")" + row + R"("],["1787217300000000001","hello"]])";
  const Row rows[] = {
      {R"({"stream":{"app":"x"},)" + values + "}", "all/m: p 30 g 5 t 35", {{"server-log", 1}}},
      {R"({"streams":[{"stream":{"app":"x"},)" + values + "}]}", "all/m: p 30 g 5 t 35", {{"server-log", 1}}},
      {R"({"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"x"},)" + values +
           "}]}}",
       "all/m: p 30 g 5 t 35",
       {{"server-log", 1}}},
      {R"({"model_id":"m","input_lens":[30],"output_lens":[5],"errors":[""]})",
       "all/m: p 30 g 5 t 35",
       {},
       {{"maybe-estimated", 1}}},
  };
  check(rows);
}

TEST_CASE("a count is found in any case and with any separators") {
  const auto found = [](std::string_view key) {
    const ingest::Spelling* const spelling = ingest::find_spelling(key);
    return spelling == nullptr ? std::string_view() : spelling->key;
  };
  for (const char* key :
       {"prompt_tokens", "promptTokens", "PromptTokens", "PROMPT_TOKENS", "prompt-tokens"}) {
    CAPTURE(key);
    CHECK(found(key) == "prompttokens");
  }
  CHECK(found("cacheWrites") == "cachewrites");
  CHECK(found("thoughtsTokenCount") == "thoughtstokencount");
  CHECK(found("cache_n") == "cachen");
  CHECK(found("prompt") == "prompt");
  for (const char* key :
       {"", "_", "Input", "OUTPUT", "promptx", "a_key_that_is_longer_than_any_in_the_table"}) {
    CAPTURE(key);
    CHECK(found(key) == "");
  }
}

TEST_CASE("words that mean other things elsewhere count only where they hold a count") {
  const Row rows[] = {
      {R"({"model":"m","usage":{"prompt":30,"completion":5}})", "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","usage":{"prompt":"say hello","prompt_tokens":30,"completion_tokens":5,"cached":true}})",
       "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","usage":{"prompt":{"text":"x"},"prompt_tokens":30,"completion_tokens":5}})",
       "all/m: p 30 g 5 t 35"},
      {R"({"model":"m","usage":{"prompt_tokens":30,"completion_tokens":5,"cache_read_tokens":"many"}})",
       "",
       {{"bad-tokens", 1}}},
      // what was read by a name that stands inside and is 0, does not put inside what was written
      {R"({"model":"m","usage":{"input_tokens":30,"output_tokens":5,"cached_tokens":0,"cache_creation_input_tokens":20}})",
       "all/m: p 50 g 5 t 55"},
      // Codex thinks inside of its output, others beside
      {R"({"model":"m","usage":{"input_tokens":30,"output_tokens":50,"reasoning_output_tokens":40}})",
       "all/m: p 30 g 50 t 80"},
  };
  check(rows);
}
