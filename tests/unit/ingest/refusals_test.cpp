// Prompts that did not fit, in the words of servers.

#include "ingest/refusals.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("a refusal tells the size, a floor, or the limit alone") {
  struct Row {
    const char* text;
    Tokens prompt, limit;
    bool is_floor = false;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"request (701 tokens) exceeds the available context size (512 tokens), try increasing it", 701,
            512},
           {"This model's maximum context length is 512 tokens. However, you requested 50 output tokens and "
            "your prompt "
            "contains at least 463 input tokens, for a total of at least 513 tokens.",
            463, 512, true},
           {"You passed 701 input tokens and requested 50 output tokens. However, the model's context length "
            "is only 512 "
            "tokens. (parameter=input_tokens, value=701)",
            701, 512},
           {"You passed 9000 input characters and requested 50 output tokens. However, the model's context "
            "length is "
            "only 512 tokens",
            0, 512},
           {"This model's maximum context length is 512 tokens. However, you requested 751 tokens (701 in "
            "the messages, "
            "50 in the completion).",
            701, 512},
           {"The input (701 tokens) is longer than the model's context length (512 tokens).", 701, 512},
           {"Requested token count exceeds the model's maximum context length of 512 tokens. You requested a "
            "total of "
            "751 tokens: 701 tokens from the input messages and 50 tokens for the completion.",
            701, 512},
           {"prompt is too long: 701 tokens > 512 maximum", 701, 512},
           {"The number of tokens to keep is greater: n_keep: 701 >= n_ctx: 512", 701, 512},
           {"litellm.ContextWindowExceededError: OpenAIException - request (701 tokens) exceeds the "
            "available context "
            "size (512 tokens)",
            701, 512},
           {"the input length exceeds the context length", 0, 0},
       }) {
    CAPTURE(row.text);
    const auto refusal = refusal_of(row.text);
    if (refusal) CHECK(refusal_of(text_of(*refusal)) == refusal);  // its numbers alone say the same
    REQUIRE(refusal);
    CHECK(refusal->prompt.value_or(0) == row.prompt);
    CHECK(refusal->limit.value_or(0) == row.limit);
    CHECK(refusal->is_floor == row.is_floor);
  }
  CHECK_FALSE(refusal_of("request (701 tokens) exceeds 512 in the input for embedding generation"));
  CHECK_FALSE(refusal_of("model not found, try pulling it first"));
}

TEST_CASE("a refusal counts with its size, or as just beyond the limit; it is never nothing") {
  const auto needs = [](const std::string& message) {
    const TraceSummary summary = ingest_whole(R"({"error":{"message":")" + message + R"("}})");
    return std::pair(summary.demands.empty() ? 0 : summary.demands[0].pooled().need.max(),
                     words(summary.remarks));
  };
  CHECK(needs("request (701 tokens) exceeds the available context size (512 tokens)") ==
        std::pair(Tokens{702}, Words{{"refused-prompt", 1}}));
  CHECK(needs("This model's maximum context length is 512 tokens. However, you requested 50 output tokens "
              "and your "
              "prompt contains at least 463 input tokens") ==
        std::pair(Tokens{513}, Words{{"refused-floor", 1}}));
  const TraceSummary unknown = ingest_whole(R"({"error":"the input length exceeds the context length"})");
  CHECK(words(unknown.skipped) == Words{{"refused", 1}});
}

TEST_CASE("a refusal belongs to the one model and job that can be meant") {
  const auto call = [](const std::string& model) {
    return R"({"model":")" + model + R"(","job":"j","prompt_tokens":10,"completion_tokens":5})" + "\n";
  };
  const std::string refusal =
      std::string(R"({"error":"request (701 tokens) exceeds the available context size"})") + "\n";
  const auto placed = [](const std::string& rows) {
    TraceSummary summary = ingest_whole(rows);
    ingest::place_unnamed(summary);
    return gist(summary);
  };
  CHECK(placed(call("m") + refusal) == "j/m: p 10 701 g 5 t 15 701");
  CHECK(placed(call("m") + call("n") + refusal) ==
        "all/: p 701 g t 701; j/m: p 10 g 5 t 15; j/n: p 10 g 5 t 15");
}
