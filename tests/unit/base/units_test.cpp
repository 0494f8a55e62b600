#include "base/units.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;

TEST_CASE("sizes mean what their unit says") {
  struct Row {
    const char* text;
    Bytes want;  // -1: refused
  };
  const Row rows[] = {
      {"24GiB", 25'769'803'776},
      {"7.7GB", 7'700'000'000},
      {"7.7 gb", 7'700'000'000},
      {"1024", 1024},
      {"80kB", 80'000},
      {"512MiB", 536'870'912},
      {"0", 0},
      {"1.5TiB", 1'649'267'441'664},
      {"24G", -1},
      {"", -1},
      {"GiB", -1},
      {"-1GiB", -1},
      {"1e3GB", -1},
      {"9999999TiB", -1},
      {"1.2.3GB", -1},
      {"nanGB", -1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_bytes(row.text).value_or(-1) == row.want);
  }
}

TEST_CASE("token counts are whole numbers") {
  struct Row {
    const char* text;
    Tokens want;  // -1: refused
  };
  const Row rows[] = {{"8192", 8192}, {"8,192", 8192}, {"8_192", 8192}, {"0", 0},
                      {"8k", -1},     {"-1", -1},      {"+1", -1},      {"", -1},
                      {"8192.0", -1}, {",8", -1},      {" 8", -1},      {"99999999999999999999", -1}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_tokens(row.text).value_or(-1) == row.want);
  }
}

TEST_CASE("numbers are written for people") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(-1234567) == "-1,234,567");
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(163'840) == "160 KiB");
  CHECK(human_bytes(1'342'177'280) == "1.25 GiB");
  CHECK(human_bytes(6'710'886'400) == "6.25 GiB");
  CHECK(human_bytes(-5'368'709'120) == "-5.00 GiB");
  CHECK(human_bytes(1'073'741'823) == "1.00 GiB");
  CHECK(percent(0.001) == "0.1 %");
  CHECK(percent(0.0967) == "9.7 %");
  CHECK(percent(0.05) == "5 %");
  CHECK(percent(0) == "0 %");
  CHECK(percent(0.00072) == "0.072 %");
}
