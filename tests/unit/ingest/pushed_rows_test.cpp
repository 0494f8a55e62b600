// Rows that are pushed mean what the same rows mean as a stream.

#include <fmt/format.h>

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

std::string rows(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format("{{\"model\":\"m\",\"prompt_tokens\":{},\"generation_tokens\":5}}\n", 100 + i);
  return text;
}

}  // namespace

TEST_CASE("pushed rows are the same as streamed ones, whatever the pieces") {
  const std::string text = rows(5'000);
  const TraceSummary streamed = ingest_fed(text, 1 << 16, {.threads = 1});
  for (const std::size_t piece : {std::size_t{7}, std::size_t{4096}, text.size()}) {
    CAPTURE(piece);
    ingest::PushedRows pushed("f", {.threads = 1});
    for (std::size_t at = 0; at < text.size(); at += piece)
      REQUIRE(pushed.push(std::string_view(text).substr(at, piece)));
    const auto summary = std::move(pushed).finish();
    REQUIRE(summary);
    CHECK(*summary == streamed);
  }
}

TEST_CASE("nothing pushed is nothing; what is pushed and not finished is forgotten") {
  const auto nothing = ingest::PushedRows("f", {.threads = 1}).finish();
  REQUIRE(nothing);
  CHECK(*nothing == TraceSummary{});
  ingest::PushedRows broken_off("f", {.threads = 1});
  CHECK(broken_off.push(rows(10)));
}
