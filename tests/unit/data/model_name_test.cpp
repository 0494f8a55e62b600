#include "data/model_name.hpp"

#include <doctest/doctest.h>

#include "data/parameter.hpp"

using namespace ctxcap;

TEST_CASE("names keep to Ollama's grammar") {
  const char* good[] = {"qwen3", "qwen3:8b",   "me/qwen3:8b", "host.example:5000/me/qwen3:8b",
                        "_x",    "a.b-c_d:1.0"};
  for (const char* name : good) {
    CAPTURE(name);
    CHECK(check_model_name(name));
  }
  const char* bad[] = {"",     ":8b",     "qwen3:", "-qwen3", "my model",    "../x",        "/x",
                       "a//b", "a/b/c/d", "me.x/y", "q:a:b",  "qwen3:cloud", "qwen3:LOCAL", "x:8b-cloud",
                       "a\nb", "\"x\""};
  for (const char* name : bad) {
    CAPTURE(name);
    CHECK(!check_model_name(name));
  }
}

TEST_CASE("a name without a tag means latest") {
  CHECK(with_tag("qwen3") == "qwen3:latest");
  CHECK(with_tag("qwen3:8b") == "qwen3:8b");
  CHECK(with_tag("host:5000/me/qwen3") == "host:5000/me/qwen3:latest");
}

TEST_CASE("variants are named after their base") {
  CHECK(variant_name("devstral-small-2", "triage").value() == "devstral-small-2:triage");
  CHECK(variant_name("devstral-small-2:latest", "triage").value() == "devstral-small-2:triage");
  CHECK(variant_name("qwen3:8b", "mail").value() == "qwen3:8b-mail");
  CHECK(variant_name("host:5000/me/qwen3", "mail").value() == "host:5000/me/qwen3:mail");
  CHECK(!variant_name("qwen3:8b", "cloud"));  // qwen3:8b-cloud
  CHECK(!variant_name("devstral", "a b"));
  CHECK(!variant_name("devstral", ""));
  CHECK(!variant_name("devstral", std::string(81, 'x')));
}

TEST_CASE("parameters take what Ollama's parser takes") {
  struct Row {
    const char *name, *value;
    bool good;
  };
  const Row rows[] = {
      {"num_gpu", "99", true},      {"num_gpu", "8k", false},       {"num_gpu", "4096.0", false},
      {"seed", "-1", true},         {"seed", "1e6", false},         {"temperature", "0", true},
      {"temperature", "0.2", true}, {"temperature", "warm", false}, {"temperature", "nan", false},
      {"use_mmap", "true", true},   {"use_mmap", "1", false},       {"stop", "</s>", true},
      {"stop", "", false},          {"stop", "a\nb", false},        {"Temperature", "1", false},
      {"mirostat", "1", false},     {"flash_attention", "1", false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    CHECK(check_parameter(row.name, row.value).has_value() == row.good);
  }
  CHECK(check_parameter("temprature", "1").error().hint == "did you mean temperature?");
}

TEST_CASE("two spellings of one model are the same model") {
  struct Row {
    const char *a, *b;
    bool same;
  };
  const Row rows[] = {
      {"devstral", "devstral:latest", true},
      {"Devstral:Latest", "devstral", true},
      {"registry.ollama.ai/library/devstral:latest", "devstral", true},
      {"library/devstral", "devstral", true},
      {"registry.ollama.ai/someone/devstral", "someone/devstral", true},
      {"devstral:a", "devstral:b", false},
      {"someone/devstral", "devstral", false},
      {"hf.co/library/devstral", "devstral", false},
      {"localhost:5000/library/devstral", "devstral", false},
      {"", "", false},
      {"", "devstral", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(same_model(row.a, row.b) == row.same);
    CHECK(same_model(row.b, row.a) == row.same);
  }
}
