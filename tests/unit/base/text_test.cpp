#include "base/text.hpp"

#include <doctest/doctest.h>

#include "base/text_table.hpp"

using namespace ctxcap;

TEST_CASE("a name from a log becomes one harmless line") {
  CHECK(printable("triage") == "triage");
  CHECK(printable("a\nFROM evil") == "a?FROM evil");
  CHECK(printable("a\x1b[31mred") == "a?[31mred");
  CHECK(printable("bad\xff utf-8 \xc3") == "bad? utf-8 ?");
  CHECK(printable("rtl \u202e txt") == "rtl ? txt");
  CHECK(printable("Übersicht → 日本") == "Übersicht → 日本");
  CHECK(printable("abcdefgh", 5) == "abcd…");
}

TEST_CASE("code points are read strictly") {
  const char* broken[] = {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"};
  for (std::string_view text : broken) CHECK(next_code_point(text) == 0xFFFD);
  std::string_view euro = "€x";
  CHECK(next_code_point(euro) == 0x20AC);
  CHECK(euro == "x");
}

TEST_CASE("width counts columns, not bytes") {
  CHECK(display_width("→ 8,192") == 7);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
}

TEST_CASE("a wrong word finds the one that was meant") {
  const std::vector<std::string> flags = {"--traces", "--tag", "--template", "--show"};
  CHECK(closest("--tracse", flags) == "--traces");
  CHECK(closest("--shwo", flags) == "--show");
  CHECK(closest("--frobnicate", flags).empty());
}

TEST_CASE("splitting keeps empty parts") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
}

TEST_CASE("a table aligns its columns and ends no line with blanks") {
  const std::string table =
      render_table({{"JOB"}, {"REQS", Column::Align::right}}, {{"triage", "41,207"}, {"x", "9"}}, 80);
  CHECK(table ==
        " JOB       REQS\n"
        " triage  41,207\n"
        " x            9\n");
}

TEST_CASE("a narrow table drops what matters least, then cuts text") {
  const std::vector<Column> columns = {
      {"JOB"}, {"MODEL", Column::Align::left, 1}, {"CAP", Column::Align::right}};
  CHECK(render_table(columns, {{"nightly-summaries", "devstral-small-2", "8,192"}}, 20) ==
        " JOB             CAP\n"
        " nightly-sum…  8,192\n");
}
