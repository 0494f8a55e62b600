#include <doctest/doctest.h>

#include "runtime/runtime.hpp"

using namespace ctxcap;
using Values = std::vector<std::string>;

TEST_CASE("values are the same when the server keeps the same of them") {
  struct Row {
    ParameterKind kind;
    const char *a, *b;
    bool same;
  };
  const Row rows[] = {
      {ParameterKind::integer, "1048576", "1.048576e+06", true},
      {ParameterKind::integer, "8192", "8193", false},
      {ParameterKind::integer, "-1", "-1", true},
      {ParameterKind::real, "0.70", "0.7", true},
      {ParameterKind::real, "0.7", "0.699999988079071", true},
      {ParameterKind::real, "0.7", "0.71", false},
      {ParameterKind::boolean, "true", "true", true},
      {ParameterKind::boolean, "true", "false", false},
      {ParameterKind::text_list, "END", "END", true},
      {ParameterKind::text_list, "END", "end", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(runtime::same_value(row.kind, row.a, row.b) == row.same);
  }
}

TEST_CASE("the parameters text of /api/show is read in any order, with Go's quoting undone") {
  const auto read = runtime::parse_parameters(
      "stop                           \"<|im_end|>\"\n"
      "num_ctx                        1.048576e+06\n"
      "stop                           \"a \\\"b\\\"\\n\\t\\\\ \\x01\\u00e9\\U0001f600\"\r\n"
      "temperature                    0.7\n"
      "\n"
      "lonely\n"
      "stop                           \"caf\xC3\xA9\"");
  CHECK(read.size() == 3);
  CHECK(read.at("num_ctx") == Values{"1.048576e+06"});
  CHECK(read.at("temperature") == Values{"0.7"});
  CHECK(read.at("stop") == Values{"<|im_end|>", "a \"b\"\n\t\\ \x01\xC3\xA9\xF0\x9F\x98\x80", "caf\xC3\xA9"});
  CHECK(runtime::parse_parameters("").empty());
}
