#include "model/parameters.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;
using model::parse_parameters;
using model::whole_number;

TEST_CASE("numbers are read as Go prints them") {
  const struct {
    const char* text;
    std::optional<i64> want;
  } rows[] = {
      {"4096", 4096},
      {"1.048576e+06", 1048576},
      {"1e+06", 1000000},
      {"262144", 262144},
      {"0.7", 0},
      {"-1", -1},
      {"1e+300", {}},
      {"-1e+300", {}},
      {"nan", {}},
      {"inf", {}},
      {"", {}},
      {"8k", {}},
      {"<nil>", {}},
      {"9007199254740992", 9007199254740992},
      {"9007199254740994", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(whole_number(row.text) == row.want);
  }
}

TEST_CASE("the parameters text is read whatever its order, quotes and lists") {
  const auto got = parse_parameters(
      "stop                           \"<|im_start|>\"\n"
      "num_ctx                        1.048576e+06\n"
      "stop                           \"say \\\"hi\\\"\\n\\tbye\\\\ \\x41\\u00e9\\U0001f600\"\r\n"
      "\n"
      "broken\n"
      " leading\n"
      "penalize_newline               true");
  REQUIRE(got.size() == 3);
  CHECK(got.at("num_ctx") == std::vector<std::string>{"1.048576e+06"});
  CHECK(got.at("stop") ==
        std::vector<std::string>{"<|im_start|>", "say \"hi\"\n\tbye\\ A\xC3\xA9\xF0\x9F\x98\x80"});
  CHECK(got.at("penalize_newline") == std::vector<std::string>{"true"});
  CHECK(parse_parameters("").empty());
}
