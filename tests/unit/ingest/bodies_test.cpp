// Bodies are measured beside the counts, never kept; and what is kept of a million pairs depends on the pairs
// alone.

#include "ingest/body.hpp"

#include <algorithm>
#include <random>

#include "ingest/body_map.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using ingest::BodyMap;

namespace {

// "prompt/bytes*count ..." of all demands.
std::string sizes(const std::string& text) {
  std::string all;
  for (const Demand& demand : ingest_whole(text).demands) {
    for (const BodySize& body : demand.bodies)
      all += fmt::format("{}{}/{}*{}", all.empty() ? "" : " ", body.prompt, body.bytes, body.count);
  }
  return all;
}

std::string words_of(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "some words ";
  text.resize(bytes);
  return text;
}

std::string image_of(std::size_t bytes) {
  std::string text;
  std::mt19937 random(7);
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.size() < bytes) text += kLetters[random() % 64];
  return text;
}

std::string langfuse_row(int id, const std::string& input, int prompt) {
  return fmt::format(
      R"({{"id":"o{}","traceId":"t{}","type":"GENERATION","input":{},"output":"x","inputUsage":{},"usageDetails":{{"input":{},"output":5}}}})",
      id, id, input, prompt, prompt);
}

}  // namespace

TEST_CASE("every format has its own place for what was sent") {
  struct Row {
    const char* what;
    std::string text, want;
  };
  const std::string w = words_of(100);  // 102 with its quotes: in the bin 102..102 of 7 bits
  const Row rows[] = {
      {"langfuse", langfuse_row(1, '"' + w + '"', 25), "25/102*1"},
      {"langfuse, messages", langfuse_row(1, R"([{"role":"user","content":")" + w + R"("}])", 25),
       "25/131*1"},
      {"langfuse, nothing kept", langfuse_row(1, "null", 25), ""},
      {"plain", R"({"prompt_tokens":25,"completion_tokens":1,"messages":[")" + w + "\"]}", "25/104*1"},
      {"a prompt that is a number", R"({"prompt_tokens":25,"completion_tokens":1,"prompt":12345678})", ""},
      {"csv", "prompt_tokens,completion_tokens,prompt\n25,1," + w + "\n", "25/100*1"},
      {"litellm",
       R"({"call_type":"completion","hidden_params":{},"messages":[")" + w +
           R"("],"prompt_tokens":25,"completion_tokens":1})",
       "25/104*1"},
      {"otlp, one attribute",
       R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"b","attributes":[)"
       R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"25"}},)"
       R"({"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},)"
       R"({"key":"gen_ai.input.messages","value":{"stringValue":")" +
           w + R"("}}]}]}]}]})",
       "25/102*1"},
      {"otlp, parts in two spellings count once",
       R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"b","attributes":[)"
       R"({"key":"llm.token_count.prompt","value":{"intValue":"50"}},)"
       R"({"key":"openinference.span.kind","value":{"stringValue":"LLM"}},)"
       R"({"key":"llm.input_messages.0.message.content","value":{"stringValue":")" +
           w + R"("}},{"key":"llm.input_messages.1.message.content","value":{"stringValue":")" + w +
           R"("}},{"key":"input.value","value":{"stringValue":")" + w + R"("}}]}]}]}]})",
       "50/205*1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(sizes(row.text) == row.want);
  }
}

TEST_CASE("of a body that was left out the length is enough") {
  // Sizes are kept in steps.
  const std::string row =
      R"({"id":"o1","traceId":"t1","type":"GENERATION","inputLength":4000,"outputLength":9,"inputUsage":900,"usageDetails":{"input":900,"output":5}})";
  CHECK(sizes(row) == "900/4016*1");
}

TEST_CASE("bodies that say nothing about the prompt are unknown") {
  // An image takes some hundred tokens, whatever its bytes; the same number of bytes of text does not.
  CHECK(sizes(langfuse_row(1, R"([{"text":"what is this?","image":")" + image_of(50'000) + "\"}]", 780)) ==
        "");
  CHECK(sizes(langfuse_row(1, '"' + words_of(50'000) + '"', 780)) != "");
  CHECK(sizes(langfuse_row(1, '"' + std::string(50'000, 'x') + '"', 780)) != "");  // a toy, but text
  // A logger that shortens texts, or replaces them.
  CHECK(sizes(langfuse_row(1, '"' + words_of(2'000) + "...\"", 780)) == "");
  CHECK(sizes(langfuse_row(1, '"' + words_of(2'000) + " (litellm_truncated 9000 chars)\"", 780)) == "");
  CHECK(sizes(langfuse_row(1, "\"redacted-by-some-gateway\"", 780)) == "");
  // A body that stands twice is no fault of the row, unlike a count.
  CHECK(
      ingest_whole(R"({"prompt_tokens":5,"completion_tokens":1,"prompt":"a","prompt":"b"})").inputs[0].used ==
      1);
}

TEST_CASE("few pairs are kept as they are, to a 64th of the bytes") {
  BodyMap map;
  map.add(1'000, 4'096);
  map.add(1'000, 4'100);
  map.add(1'000, 4'196);
  map.add(2'050, 9'000, 3);
  const std::vector<BodySize> want{
      {.prompt = 1'000, .bytes = 4'128, .count = 2},  // 4096 .. 4159
      {.prompt = 1'000, .bytes = 4'192, .count = 1},
      {.prompt = 2'050, .bytes = 9'024, .count = 3},
  };
  CHECK(map.sizes() == want);
}

TEST_CASE("many pairs are kept coarser, the same way in every order and however they were spread") {
  struct Pair {
    Tokens prompt;
    Bytes bytes;
  };
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    std::vector<Pair> pairs(60'000);
    const bool wild = seed % 2 == 0;  // bytes that have nothing to do with the prompt
    for (Pair& pair : pairs) {
      pair.prompt = 1 + static_cast<Tokens>(random() % 130'000);
      pair.bytes = wild ? 1 + static_cast<Bytes>(random() % 4'000'000'000U)
                        : pair.prompt * static_cast<Bytes>(390 + random() % 40) / 100 + 1;
    }
    for (std::size_t i = 0; i < 20; ++i) pairs[i] = {16'387, 120'000};
    BodyMap in_order;
    for (const Pair& pair : pairs) in_order.add(pair.prompt, pair.bytes);
    std::shuffle(pairs.begin(), pairs.end(), random);
    std::vector<BodyMap> parts(7);
    for (std::size_t i = 0; i < pairs.size(); ++i)
      parts[(i * i + i / 999) % 7].add(pairs[i].prompt, pairs[i].bytes);
    BodyMap merged;
    for (const BodyMap& part : parts) merged.merge(part);
    const std::vector<BodySize> sizes = in_order.sizes();
    CHECK(sizes == merged.sizes());
    CHECK(sizes.size() <= BodyMap::kMost);
    i64 rows = 0;
    double worst = 0;
    for (const BodySize& size : sizes) rows += size.count;
    CHECK(rows == static_cast<i64>(pairs.size()));
    if (wild) continue;
    // The mark of a cut at 32768 is kept exactly, and the ratios stay close to what they were.
    CHECK(std::any_of(sizes.begin(), sizes.end(),
                      [](const BodySize& size) { return size.prompt == 16'387 && size.count >= 20; }));
    for (const BodySize& size : sizes) {
      const double ratio = static_cast<double>(size.bytes) / static_cast<double>(size.prompt);
      if (size.prompt > 2'000 && size.bytes < 110'000) worst = std::max(worst, std::abs(ratio / 4.1 - 1));
    }
    CHECK(worst < 0.12);
  }
}

TEST_CASE("kept bodies do not depend on threads or chunks") {
  std::mt19937 random(5);
  std::string text;
  for (int i = 0; i < 6'000; ++i) {
    const int prompt = 100 + static_cast<int>(random() % 900);
    text += fmt::format("{{\"prompt_tokens\":{},\"completion_tokens\":1,\"prompt\":\"{}\"}}\n", prompt,
                        std::string(static_cast<std::size_t>(prompt * 4) + random() % 300, 'w'));
  }
  const TraceSummary one = ingest_whole(text, {.threads = 1});
  CHECK_FALSE(one.demands[0].bodies.empty());
  CHECK(ingest_whole(text, {.threads = 3}).demands == one.demands);
  CHECK(ingest_fed(text, 50'021, {.threads = 2, .batch = 100'000}).demands == one.demands);
}
