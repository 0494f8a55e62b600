#include "ingest/usage.hpp"
#include "ingest/refusals.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ctxcap;
using namespace ctxcap::ingest;

namespace {

// "prompt+generation=context", with "?" for an unknown generation; or the reason. A remark follows in
// brackets.
std::string told(const Usage& usage) {
  if (usage.reason != Reason::none) return std::string(wording(usage.reason).word);
  std::string text = std::to_string(usage.prompt) + "+" +
                     (usage.generation ? std::to_string(*usage.generation) : "?") + "=" +
                     std::to_string(usage.context);
  for (std::size_t i = 0; i < kRemarks; ++i) {
    if (usage.remarks.has(static_cast<Remark>(i))) {
      text += " (" + std::string(wording(static_cast<Remark>(i)).word) + ")";
    }
  }
  return text;
}

struct Row {
  std::string name;
  std::string map;
  std::string want;
};

void check(const Row& row) {
  CAPTURE(row.name);
  Scratch scratch;
  CHECK(told(read_usage(Value::json(row.map), scratch)) == row.want);
}

}  // namespace

TEST_CASE("a usage map becomes prompt and generation by the sender's habits") {
  for (
      const Row& row : std::initializer_list<Row>{
          {"as stored", R"({"input":4098,"output":611,"total":4709})", "4098+611=4709"},
          {"counts as strings",
           R"({"input":"300","input_cached_tokens":"3795","output":"33","total":"4128"})", "4095+33=4128"},
          {"cached tokens belong to the prompt",
           R"({"input":100,"input_cached_tokens":900,"output":5,"total":1005})", "1000+5=1005"},
          {"reasoning belongs to the answer",
           R"({"input":220,"input_cached_tokens":1800,"output":95,"output_reasoning_tokens":41,"total":2156})",
           "2020+136=2156"},
          {"zero cache keys change nothing",
           R"({"input":4098,"output":611,"total":4709,"cache_creation_input_tokens":0,"cache_read_input_tokens":0})",
           "4098+611=4709"},
          {"an inclusive sender is corrected",
           R"({"input":4098,"output":611,"total":4709,"cache_read_input_tokens":3000})",
           "4098+611=4709 (corrected-inclusive)"},
          {"details that overlap are ambiguous",
           R"({"input":0,"input_cached_tokens":60,"input_text_tokens":100,"output":7,"total":107})",
           "ambiguous-usage"},
          {"one percent apart is the same", R"({"input":1000,"output":10,"total":1001})", "1000+10=1010"},
          {"a bucket of unknown kind makes the total the need",
           R"({"input":100,"output":10,"extra":50,"total":160})", "100+10=160 (unsplit-tokens)"},
          {"OpenAI's own keys, with the total about doubled",
           R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"reasoning":2,"total":32})",
           "10+5=15"},
          {"raw keys of the responses route, doubled too",
           R"({"input_tokens":10,"output_tokens":5,"total_tokens":15,"x":1,"total":31})", "10+5=15"},
          {"no total", R"({"input":10,"output":5})", "10+5=15"},
          {"the answer follows from the total", R"({"input":10,"total":15})", "10+5=15"},
          {"the answer's length is unknown", R"({"input":10})", "10+?=10"},
          {"OpenAI's keys without the answer", R"({"prompt_tokens":10,"total_tokens":15})", "10+5=15"},
          {"Ollama's keys", R"({"prompt_eval_count":10,"eval_count":5})", "10+5=15"},
          {"an empty answer is an answer", R"({"input":10,"output":0,"total":10})", "10+0=10"},
          {"only a total", R"({"total":123})", "total-only"},
          {"keys are case-sensitive", R"({"Input":5,"OUTPUT":6,"total":11,"custom":7})", "total-only"},
          {"an empty map is missing, not zero", "{}", "no-usage"},
          {"null", "null", "no-usage"},
          {"zeros are missing", R"({"input":0,"output":0,"total":0})", "no-usage"},
          {"an answer without a prompt", R"({"input":0,"output":7,"total":7})", "no-usage"},
          {"negative", R"({"input":-1,"output":7})", "negative-tokens"},
          {"2^53+1 is read exactly and refused", R"({"input":9007199254740993,"output":1})",
           "implausible-tokens"},
          {"parts whose sum no server reports",
           R"({"input":2147483647,"input_cached":2147483647,"output":3})", "implausible-tokens"},
          {"an answer that no server reports",
           R"({"input":1,"output":2147483647,"output_reasoning":2147483647})", "implausible-tokens"},
          {"beyond 64 bits", R"({"input":123456789012345678901234567890,"output":1})", "implausible-tokens"},
          {"half a token", R"({"input":10.5,"output":1})", "bad-tokens"},
          {"text", R"({"input":"many","output":1})", "bad-tokens"},
          {"an array", "[1,2]", "bad-tokens"},
          {"text of no map", "\"str\"", "bad-tokens"},
          {"JSON text of a map", R"("{\"input\":10,\"output\":5}")", "10+5=15"},
          {"details as objects repeat parts",
           R"({"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,"total_tokens":15})",
           "10+5=15"},
          {"cut off", R"({"input":10,"output":)", "bad-tokens"},
      }) {
    check(row);
  }
}

TEST_CASE("a count is a whole number, however it is written") {
  struct CountRow {
    std::string text;
    i64 want;  // -1: none
    Reason reason;
  };
  for (const CountRow& row : std::initializer_list<CountRow>{
           {"4098", 4098, Reason::none},
           {"\"4098\"", 4098, Reason::none},
           {"69.0", 69, Reason::none},
           {"\" 7 \"", 7, Reason::none},
           {"2147483647", 2147483647, Reason::none},
           {"2147483648", -1, Reason::implausible_tokens},
           {"0", 0, Reason::none},
           {"-0", 0, Reason::none},
           {"-3", -1, Reason::negative_tokens},
           {"-99999999999999999999", -1, Reason::negative_tokens},
           {"null", -1, Reason::none},
           {"\"\"", -1, Reason::none},
           {"7.", -1, Reason::bad_tokens},
           {"7.01", -1, Reason::bad_tokens},
           {"1e3", -1, Reason::bad_tokens},
           {"+7", -1, Reason::bad_tokens},
           {"true", -1, Reason::bad_tokens},
           {"\"Infinity\"", -1, Reason::bad_tokens},
           {"{}", -1, Reason::bad_tokens},
       }) {
    CAPTURE(row.text);
    Scratch scratch;
    const Count count = read_count(Value::json(row.text), scratch);
    CHECK(count.tokens.value_or(-1) == row.want);
    CHECK(count.reason == row.reason);
  }
}

TEST_CASE("a refusal names the prompt's true size") {
  CHECK(refusal_of("request (701 tokens) exceeds the available context size (512 tokens)")->prompt == 701);
  CHECK(refusal_of(R"({"error":{"n_prompt_tokens":701,"n_ctx":512}})")->prompt == 701);
  CHECK(refusal_of(R"({\"n_prompt_tokens\": 701})")->prompt == 701);
  CHECK_FALSE(refusal_of("context length exceeded").has_value());
  CHECK_FALSE(refusal_of("request (many tokens) exceeds the available context size")->prompt.has_value());
  CHECK_FALSE(refusal_of("").has_value());
}
