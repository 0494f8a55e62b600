#include "model/families.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "model/model.hpp"

using namespace ctxcap;

TEST_CASE("every architecture is in one family, and the last family is the guess") {
  std::set<std::string_view> names, architectures;
  for (const model::Family* family : model::families()) {
    CAPTURE(std::string(family->name));
    CHECK(!family->name.empty());
    CHECK(names.insert(family->name).second);
    CHECK((family->read != nullptr));
    for (const std::string_view architecture : family->architectures) {
      CAPTURE(std::string(architecture));
      CHECK(architectures.insert(architecture).second);
      CHECK(&model::family_of(architecture) == family);
    }
    CHECK(family->architectures.empty() == (family == model::families().back()));
  }
  CHECK(architectures.size() > 80);
  CHECK(&model::family_of("novel") == model::families().back());
}

TEST_CASE("names that Ollama stores are those of the architecture that runs") {
  const auto runs_as = [](const std::string& stored, const std::string& more) {
    const auto description =
        model::describe("{\"model_info\":{\"general.architecture\":\"" + stored + "\"" + more, "m");
    REQUIRE(description);
    return model::runtime_architecture(*description);
  };
  const struct {
    const char* stored;
    const char* more;
    const char* want;
  } rows[] = {
      {"gptoss", "}}", "gpt-oss"},
      {"olmo3", "}}", "olmo2"},
      {"qwen25vl", "}}", "qwen2vl"},
      {"glmocr", "}}", "glm4"},
      {"glm4moelite", "}}", "deepseek2"},
      {"llama", "}}", "llama"},
      {"gemma3", "}}", "gemma3"},
      {"gemma3", "},\"tensors\":[{\"name\":\"dense.0.weight\",\"type\":\"F32\",\"shape\":[1]}]}",
       "gemma-embedding"},
      {"nemotron_h_omni", "}}", "nemotron_h"},
      {"nemotron_h_omni", ",\"nemotron_h_omni.expert_count\":128}}", "nemotron_h_moe"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.stored);
    CHECK(runs_as(row.stored, row.more) == row.want);
  }
}

TEST_CASE("glm 4.7 flash as Ollama stores it caches latent rows, with and without the newer keys") {
  const auto layers = [](const std::string& lengths) {
    const auto description = model::describe(
        R"({"model_info":{"general.architecture":"glm4moelite","glm4moelite.block_count":2,
        "glm4moelite.embedding_length":2048,"glm4moelite.attention.head_count":20,
        "glm4moelite.attention.kv_lora_rank":512,"glm4moelite.rope.dimension_count":64,)" +
            lengths + "}}",
        "m");
    REQUIRE(description);
    return model::architecture_of(*description).layers;
  };
  const auto older =
      layers(R"("glm4moelite.attention.head_count_kv":20,"glm4moelite.attention.key_length":256,
    "glm4moelite.attention.value_length":256)");
  const auto newer = layers(R"("glm4moelite.attention.head_count_kv":1,"glm4moelite.attention.key_length":576,
    "glm4moelite.attention.value_length":512,"glm4moelite.attention.key_length_mla":256,
    "glm4moelite.attention.value_length_mla":256)");
  REQUIRE(older.size() == 2);
  CHECK(older == newer);
  CHECK(older[0].kind == LayerKind::latent);
  CHECK(older[0].k_width == 576);
  CHECK(older[0].v_width == 0);
}
