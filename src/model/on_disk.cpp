// Names that Ollama's converter gave to architectures, and what its loader makes of them.

#include "model/families.hpp"

namespace ctxcap::model {

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
  };
  for (const Row& row : kRenamed) {
    if (description.architecture == row.stored) return std::string(row.runs_as);
  }
  return description.architecture;
}

}  // namespace ctxcap::model
