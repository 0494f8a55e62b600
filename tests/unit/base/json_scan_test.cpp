#include "base/json_scan.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ctxcap;

TEST_CASE("a string of any length ends at the first quote that nothing escapes") {
  for (std::size_t length = 0; length <= 80; ++length) {
    const std::string text = ' ' + ('"' + std::string(length, 'a')) + "\": \"b\"";
    CAPTURE(length);
    CHECK(skip_string(text, 1) == length + 3);
    CHECK(skip_string(text.substr(0, length + 2), 1) == kNoEnd);
    for (std::size_t at = 0; at < length; ++at) {
      std::string escaped = text;
      escaped.replace(at + 2, 1, "\\\"");
      CHECK(skip_string(escaped, 1) == length + 4);
      escaped.replace(at + 2, 1, "\\\\");  // a backslash for itself, and the string is over
      CHECK(skip_string(escaped, 1) == at + 5);
    }
  }
}

TEST_CASE("where no string begins, none ends") {
  for (const char* text : {"", "a\"", "'\"", "\"", "\"\\\""}) {
    CAPTURE(text);
    CHECK(skip_string(text, 0) == kNoEnd);
  }
  CHECK(skip_string("\"\"", 2) == kNoEnd);
  CHECK(skip_string("\"\"", 9) == kNoEnd);
}
