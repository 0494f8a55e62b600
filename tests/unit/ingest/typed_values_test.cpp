// Attributes are read in one way where they are written as usual, and in another where they are not.

#include "ingest/formats/typed_values.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

using namespace ctxcap::ingest;

namespace {

// What is visited, without blanks.
std::string attributes_in(const std::string& text) {
  Scratch scratch;
  std::string seen;
  each_attribute(Value::json(text), scratch, [&](std::string_view name, Value value) {
    seen += std::string(name) + '=' + std::string(value.raw()) + '~' + std::string(value.text(scratch)) + ';';
  });
  std::erase(seen, ' ');
  return seen;
}

// The same attributes, none of which begins as usual.
std::string unusual(std::string text) {
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) text.insert(at + 1, 1, ' ');
  return text;
}

}  // namespace

TEST_CASE("attributes are those that stand there, in any order and way of writing") {
  CHECK(attributes_in(R"([{"key":"a","value":{"stringValue":"x"}},{"value":{"intValue":"7"},"key":"b"}])") ==
        R"(a="x"~x;b="7"~7;)");
  CHECK(attributes_in(R"([{"key":"a","value":{"stringValue":null,"intValue":7}},{"key":"b","value":{}},{"key":"c"}])") ==
        "a=7~7;");
  CHECK(attributes_in(R"([{"key":"m","value":{"kvlistValue":{"values":[1]}}},{"key":"q\"","value":{"bool_value":true}}])") ==
        "m=[1]~;q\"=true~true;");
}

TEST_CASE("the usual way of writing is read as any other, also where it breaks off") {
  const std::string whole =
      R"([{"key":"a","value":{"stringValue":"x"}},{"key":"b","value":{"intValue":"7"}},{"key":"c\n","value":{"doubleValue":1.5}},{"key":"","value":{"kvlistValue":{"values":[{"key":"d"}]}}},{"key":"e","value":{"boolValue":true,"x":1}}])";
  std::mt19937 random(41);
  constexpr std::string_view kSigns = "{}[]\"\"\\:,,1a";
  int visited = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole;
    for (std::size_t left = random() % 3; left > 0; --left) {
      const std::size_t at = 1 + random() % (text.size() - 1);
      if (random() % 2 == 0) {
        text[at] = kSigns[random() % kSigns.size()];
      } else {
        text.erase(at, 1 + random() % 4);
      }
    }
    CAPTURE(text);
    const std::string seen = attributes_in(text);
    REQUIRE(seen == attributes_in(unusual(text)));
    visited += std::count(seen.begin(), seen.end(), ';') > 2 ? 1 : 0;
  }
  CHECK(visited > 5'000);
}
