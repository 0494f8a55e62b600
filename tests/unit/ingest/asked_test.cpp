#include "ingest/asked.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace ctxcap;
using namespace ctxcap::ingest;

TEST_CASE("what was asked for lately is what reading it again would say") {
  AskedLately lately;
  Scratch scratch;
  std::mt19937 random(22);
  for (int i = 0; i < 20'000; ++i) {
    const std::string value = std::to_string(random() % 40 + 1), key = random() % 2 == 0 ? "num_ctx" : "max_tokens";
    std::string text = "{\"" + key + "\":" + value + std::string(random() % 3, ' ') + ",\"seed\":" + value + "}";
    if (random() % 4 == 0) text.insert(1, "\"stop\":\"" + std::string(random() % 400, 'x') + "\",");
    if (random() % 8 == 0) text.pop_back();  // cut off
    CAPTURE(text);
    const Asked got = lately.read(Value::json(text), scratch), want = read_asked(Value::json(text), scratch);
    REQUIRE(got.num_ctx == want.num_ctx);
    REQUIRE(got.num_predict == want.num_predict);
  }
  // The same letters as a cell and as JSON.
  constexpr std::string_view kQuoted = R"("{\"num_ctx\":64}")";
  CHECK(!lately.read(Value::bare(kQuoted), scratch).num_ctx);
  CHECK(lately.read(Value::json(kQuoted), scratch).num_ctx == 64);
  CHECK(!lately.read(Value::bare(kQuoted), scratch).num_ctx);
  const Asked nothing = lately.read({}, scratch);
  CHECK(!nothing.num_ctx);
  CHECK(!nothing.num_predict);
}
