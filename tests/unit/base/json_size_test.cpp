#include "base/json_size.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ctxcap;

TEST_CASE("JSON that would fill the memory as a tree is told before it is parsed") {
  std::string empty_lists, members = "{";
  for (long i = 0; i <= kMostJsonValues; ++i) {
    empty_lists += "[],";
    members += "\"a\":1,";
  }
  CHECK(size_of_json("[" + empty_lists + "0]") == JsonSize::large);
  CHECK(size_of_json(members + "\"b\":1}") == JsonSize::large);
  CHECK(size_of_json(std::string(kDeepestJson + 1, '[')) == JsonSize::deep);
  CHECK(size_of_json(std::string(kDeepestJson, '[')) == JsonSize::fine);
  // What stands in strings takes no more than its length.
  for (const char* text : {"", "{}", "\"", "\"\\", "\"\\\"", "{\"a\":\"b\\\\\"}"})
    CHECK(size_of_json(text) == JsonSize::fine);
  CHECK(size_of_json("\"" + empty_lists + "\"") == JsonSize::fine);
  CHECK(size_of_json("\"\\\"" + std::string(1'000, '[') + "\\\\\",[]") == JsonSize::fine);
}
