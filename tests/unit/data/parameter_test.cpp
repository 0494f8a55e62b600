#include <doctest/doctest.h>

#include "runtime/runtime.hpp"

using namespace ctxcap;
using Values = std::vector<std::string>;

TEST_CASE("a PARAMETER is checked as the Modelfile parser does it") {
  struct Row {
    const char *name, *value;
    bool good;
  };
  const Row rows[] = {
      {"num_ctx", "8192", true},       {"num_ctx", "+8192", true},      {"num_predict", "-1", true},
      {"num_ctx", "8k", false},        {"num_ctx", "4096.0", false},    {"num_ctx", "1e6", false},
      {"num_ctx", "", false},          {"num_ctx", " 8192", false},     {"num_ctx", "8192 # cap", false},
      {"num_ctx", "0x2000", false},    {"num_ctx", "+-1", false},       {"num_ctx", "99999999999999999999", false},
      {"temperature", "0", true},      {"temperature", "0.7", true},    {"top_p", "1e-5", true},
      {"min_p", "+.5", true},          {"temperature", "hot", false},   {"temperature", "nan", false},
      {"temperature", "inf", false},   {"temperature", "1e39", false},  {"temperature", "", false},
      {"use_mmap", "true", true},      {"use_mmap", "F", true},         {"use_mmap", "yes", false},
      {"use_mmap", "", false},         {"stop", "</s>", true},          {"stop", "", false},
      {"nun_ctx", "8192", false},      {"Num_Ctx", "8192", false},      {"mirostat", "1", false},
      {"penalize_newline", "1", false}, {"", "", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    const Status status = runtime::check_parameter(row.name, row.value);
    CHECK(status.has_value() == row.good);
    if (!status) CHECK(status.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a misspelt parameter gets the name that was meant") {
  CHECK(runtime::check_parameter("nun_ctx", "1").error().hint == "did you mean num_ctx?");
  CHECK(runtime::check_parameter("temprature", "1").error().hint == "did you mean temperature?");
  CHECK(runtime::check_parameter("mirostat", "1").error().why.find("deprecated") != std::string::npos);
}

TEST_CASE("values are the same when the server keeps the same of them") {
  using runtime::ParameterType;
  struct Row {
    ParameterType type;
    const char *a, *b;
    bool same;
  };
  const Row rows[] = {
      {ParameterType::integer, "1048576", "1.048576e+06", true}, {ParameterType::integer, "8192", "8193", false},
      {ParameterType::integer, "+5", "5", true},                 {ParameterType::number, "0.70", "0.7", true},
      {ParameterType::number, "0.7", "0.699999988079071", true}, {ParameterType::number, "0.7", "0.71", false},
      {ParameterType::boolean, "T", "true", true},               {ParameterType::boolean, "0", "false", true},
      {ParameterType::boolean, "true", "false", false},          {ParameterType::texts, "END", "END", true},
      {ParameterType::texts, "END", "end", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(runtime::same_value(row.type, row.a, row.b) == row.same);
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
  CHECK(read.at("stop") ==
        Values{"<|im_end|>", "a \"b\"\n\t\\ \x01\xC3\xA9\xF0\x9F\x98\x80", "caf\xC3\xA9"});
  CHECK(runtime::parse_parameters("").empty());
}
