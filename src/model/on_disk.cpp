// Names that Ollama's converter gave to architectures, and what its loader makes of them.

#include <fmt/format.h>

#include "model/families.hpp"

namespace ctxcap::model {
namespace {

bool has_tensor(const ModelDescription& description, std::string_view prefix) {
  for (const Tensor& tensor : description.tensors) {
    if (std::string_view(tensor.name).substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

std::optional<i64> number(const ModelDescription& description, std::string_view key) {
  const auto found = description.metadata.find(fmt::format("{}.{}", description.architecture, key));
  const i64* value = found == description.metadata.end() ? nullptr : std::get_if<i64>(&found->second);
  return value ? std::optional(*value) : std::nullopt;
}

// GLM 4.7 Flash: head counts and lengths of a DeepSeek 2 with latent attention.
void translate_glm4moelite(ModelDescription& description) {
  const auto set = [&](std::string_view key, std::optional<i64> value) {
    if (value) description.metadata[fmt::format("{}.{}", description.architecture, key)] = *value;
  };
  const auto set_missing = [&](std::string_view key, std::optional<i64> value) {
    if (!number(description, key)) set(key, value);
  };
  set_missing("attention.key_length_mla", number(description, "attention.key_length"));
  set_missing("attention.value_length_mla", number(description, "attention.value_length"));
  const std::optional<i64> rank = number(description, "attention.kv_lora_rank");
  set("attention.head_count_kv", 1);
  set("attention.key_length", checked_add(rank, number(description, "rope.dimension_count")));
  set("attention.value_length", rank);
}

}  // namespace

std::string runtime_architecture(const ModelDescription& description) {
  struct Row {
    std::string_view stored, runs_as;
  };
  static constexpr Row kRenamed[] = {
      {"gptoss", "gpt-oss"},
      {"olmo3", "olmo2"},
      {"qwen25vl", "qwen2vl"},
      {"glmocr", "glm4"},
      {"deepseekocr", "deepseek2-ocr"},
      {"glm4moelite", "deepseek2"},
  };
  for (const Row& row : kRenamed) {
    if (description.architecture == row.stored) return std::string(row.runs_as);
  }
  if (description.architecture == "gemma3" && has_tensor(description, "dense.")) return "gemma-embedding";
  if (description.architecture == "nemotron_h_omni") {
    return number(description, "expert_count").value_or(0) > 0 ? "nemotron_h_moe" : "nemotron_h";
  }
  return description.architecture;
}

ModelDescription as_run(ModelDescription description) {
  if (description.architecture == "glm4moelite") translate_glm4moelite(description);
  return description;
}

}  // namespace ctxcap::model
