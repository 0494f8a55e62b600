#include <doctest/doctest.h>

#include "runtime/runtime.hpp"

using namespace ctxcap;

TEST_CASE("names are taken apart as Ollama does, and written in their shortest form with a tag") {
  const std::string eighty(80, 'a'), eighty_one(81, 'a');
  struct Row {
    std::string text, want;  // want: "" where it is no name
  };
  const Row rows[] = {
      {"devstral-small-2", "devstral-small-2:latest"},
      {"devstral-small-2:triage", "devstral-small-2:triage"},
      {"gpt-oss:20b", "gpt-oss:20b"},
      {"_x:_y", "_x:_y"},
      {"qwen2.5:0.5b-instruct_q4", "qwen2.5:0.5b-instruct_q4"},
      {"someone/model", "someone/model:latest"},
      {"library/model", "model:latest"},
      {"registry.ollama.ai/library/model:x", "model:x"},
      {"registry.ollama.ai/someone/model", "someone/model:latest"},
      {"hf.co/bartowski/Llama-3.2-1B:Q4_K_M", "hf.co/bartowski/Llama-3.2-1B:Q4_K_M"},
      {"localhost:5000/library/model", "localhost:5000/library/model:latest"},
      {"localhost:5000/a/model:x", "localhost:5000/a/model:x"},
      {eighty + ":" + eighty, eighty + ":" + eighty},
      // no names
      {"", ""},
      {":", ""},
      {"a:", ""},
      {":a", ""},
      {"/a", ""},
      {"a/", ""},
      {"a//b", ""},
      {"bad name", ""},
      {"bad name!", ""},
      {"../escape", ""},
      {"a/../b", ""},
      {".hidden", ""},
      {"-rf", ""},
      {"a:-b", ""},
      {"a.b/model", ""},  // no dots in a namespace
      {"a/b/c/d", ""},
      {"https://registry.ollama.ai/library/model", ""},
      {"a:b:c", ""},
      {"caf\xC3\xA9", ""},
      {"a\nb", ""},
      {eighty_one, ""},
      {"a:" + eighty_one, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto name = runtime::parse_name(row.text);
    CHECK((name ? name->text() : "") == row.want);
  }
}

TEST_CASE("two spellings of one model are the same model") {
  CHECK(runtime::same_model("devstral", "devstral:latest"));
  CHECK(runtime::same_model("Devstral:Latest", "devstral"));
  CHECK(runtime::same_model("registry.ollama.ai/library/devstral:latest", "devstral"));
  CHECK_FALSE(runtime::same_model("devstral:a", "devstral:b"));
  CHECK_FALSE(runtime::same_model("someone/devstral", "devstral"));
  CHECK_FALSE(runtime::same_model("", ""));
  CHECK_FALSE(runtime::same_model("bad name", "bad name"));
}

TEST_CASE("a tag makes the variant's name out of the base's") {
  struct Row {
    const char *base, *tag, *want;  // want: "" where there is no such name
  };
  const Row rows[] = {
      {"devstral-small-2", "triage", "devstral-small-2:triage"},
      {"devstral-small-2:latest", "triage", "devstral-small-2:triage"},
      {"devstral-small-2:Latest", "triage", "devstral-small-2:triage"},
      {"gpt-oss:20b", "triage", "gpt-oss:20b-triage"},
      {"someone/model:q4", "x", "someone/model:q4-x"},
      {"devstral", "cloud", ""},
      {"devstral", "Local", ""},
      {"devstral:20b", "cloud", ""},  // would be 20b-cloud
      {"devstral", "my-cloud", ""},
      {"devstral", "cloudy", "devstral:cloudy"},
      {"devstral", "../x", ""},
      {"devstral", "", ""},
      {"devstral", "x-ctxcap-backup", ""},
      {"bad name", "x", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.base);
    CAPTURE(row.tag);
    const auto name = runtime::variant_name(row.base, row.tag);
    CHECK((name ? *name : "") == row.want);
    if (!name) CHECK(name.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a backup has a valid name of its own, however long the tag") {
  CHECK(runtime::backup_name("devstral:triage") == "devstral:triage-ctxcap-backup");
  const std::string tag(80, 't');
  const std::string one = runtime::backup_name("m:" + tag), other = runtime::backup_name("m:" + tag.substr(1) + "u");
  CHECK(runtime::parse_name(one));
  CHECK(one != other);
  CHECK_FALSE(runtime::check_variant_name(one));
}
