#include "base/glossary.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;

TEST_CASE("text is wrapped between words, and never within one") {
  CHECK(wrapped("a bc def", 4, "", "") == "a bc\ndef");
  CHECK(wrapped("averylongword b", 5, "> ", "  ") == "> averylongword\n  b");
  CHECK(wrapped("", 5, "> ", "  ") == "> ");
  CHECK(wrapped("frees 1.5 GiB; 2 %, more", 10, "", "") == "frees\n1.5 GiB;\n2 %, more");
}
