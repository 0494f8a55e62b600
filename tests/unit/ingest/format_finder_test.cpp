// What is remembered of a set of keys must be true of every record that has them.

#include "ingest/format_finder.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/record.hpp"

using namespace ctxcap;
using namespace ctxcap::ingest;

namespace {

// What formats look for inside of values, and what they do not expect.
constexpr std::array<std::string_view, 22> kValues = {
    "null",
    "1",
    "true",
    R"("x")",
    "{}",
    "[]",
    "[{}]",
    R"("message")",
    R"("error")",
    R"("turn.completed")",
    R"("response.created")",
    R"("list")",
    R"("chat.completion.chunk")",
    R"({"type":"token_count","input_tokens":1})",
    R"({"tokens":{"input":1,"output":2}})",
    R"({"input":1,"output":2})",
    R"({"usage":{"prompt_tokens":1}})",
    R"([{"usage":{"prompt_tokens":1}}])",
    R"("{\"tokens\":{\"input\":1}}")",
    R"({"spans":[],"meta_info":{},"message":{"usage":{}}})",
    R"({"hits":[{}],"gen_ai.usage.input_tokens":1})",
    R"({"attributes":{"span_kind":"llm"},"trace_info":{}})"};

const Format* format_of(std::string record, FormatFinder* finder) {
  const std::size_t size = record.size();
  record.append(kPadding, ' ');
  const Mapping mapping;
  Fields fields(mapping);
  RecordParser parser;
  REQUIRE(parser.parse(std::string_view(record).substr(0, size), fields) == Reason::none);
  if (finder == nullptr) return find_format(fields);
  const std::size_t number = finder->find(fields);
  return number == formats().size() ? nullptr : formats()[number];
}

std::string_view name_of(const Format* format) {
  return format == nullptr ? "none" : format->name;
}

}  // namespace

TEST_CASE("a format that was found for a set of keys is the one that the table gives, whatever the values") {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t size) {
    return std::uniform_int_distribution<std::size_t>(0, size - 1)(random);
  };
  FormatFinder finder;
  int by_values = 0;
  for (int set = 0; set < 800; ++set) {
    std::vector<std::string_view> keys;
    for (std::size_t i = 1 + pick(5); i > 0; --i) {
      const std::string_view key = kKeySpellings[pick(kKeys)];
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    const Format* first = nullptr;
    for (int turn = 0; turn < 12; ++turn) {
      std::string record;
      for (const std::string_view key : keys) {
        record += fmt::format("{}\"{}\":{}", record.empty() ? "{" : ",", key, kValues[pick(kValues.size())]);
      }
      record += "}";
      CAPTURE(record);
      const Format* const wanted = format_of(record, nullptr);
      CHECK(name_of(format_of(record, &finder)) == name_of(wanted));
      if (turn == 0) first = wanted;
      by_values += wanted != first;
    }
  }
  CHECK(by_values > 100);  // or the values would be too dull to tell
}
