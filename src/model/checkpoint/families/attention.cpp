// Attention over the whole window, over the last tokens, or over both in turn. A `sliding_window` that
// nothing says more of holds for every layer (mistral 0.1, phi3).

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kAttentionTypes[] = {
    // Planned by vLLM itself.
    "cohere2", "gpt_oss", "granite", "llama", "mistral", "mixtral", "phi3", "qwen2", "qwen3", "qwen3_moe",
    // Its classes for these declare no other cache.
    "apertus", "arcee", "baichuan", "bloom", "chatglm", "cohere", "dbrx", "ernie4_5", "ernie4_5_moe",
    "exaone", "exaone4", "falcon", "gemma", "glm", "glm4", "glm4_moe", "gpt2", "gpt_bigcode", "gpt_neox",
    "gptj", "granitemoe", "hunyuan_v1_dense", "hunyuan_v1_moe", "internlm2", "internlm3", "jais", "minicpm",
    "minimax_m2", "ministral", "ministral3", "mistral3", "mpt", "nemotron", "olmo", "olmo2", "olmo3", "olmoe",
    "opt", "persimmon", "phi", "phimoe", "qwen2_moe", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl",
    "qwen2_5_vl_text", "qwen3_vl_text", "qwen3_vl_moe_text", "seed_oss", "smollm3", "solar", "stablelm",
    "starcoder2"};

// Every so manieth layer is full; 0: nothing says so.
i64 pattern_of(Config& config, const std::string& type) {
  if (!config.text("sliding_window_pattern").empty())  // "LLLG"
    return static_cast<i64>(config.text("sliding_window_pattern").size());
  if (const auto pattern = config.find("sliding_window_pattern")) return *pattern;
  return type == "cohere2" || type == "exaone4" ? 4 : type == "gpt_oss" ? 2 : 0;
}

void read_attention(Config& config, Checkpoint& checkpoint) {
  const std::string& type = checkpoint.model_type;
  const std::vector<std::string> types = layer_types(config);
  i64 window = sliding_window(config);
  if (window > 0 && type == "cohere2") ++window;
  const i64 pattern = window > 0 && types.empty() ? pattern_of(config, type) : 0;
  const i64 layers = config.layers();
  for (i64 i = 0; i < layers && config.problem().empty(); ++i) {
    bool slides = window > 0 && (pattern == 0 || (i + 1) % pattern != 0);
    if (!types.empty()) {
      const std::string& word = types[static_cast<std::size_t>(i)];
      slides = word == "sliding_attention" && window > 0;
      if (word != "full_attention" && word != "sliding_attention" && word != "attention")
        config.refuse(fmt::format("layer {} is of type {}, which no rule knows", i, printable(word, 40)));
    }
    checkpoint.layers.push_back(slides ? sliding_layer(config, window) : full_layer(config));
  }
  if (config.is_true("multi_query") && !config.is_true("new_decoder_architecture")) {
    for (PagedLayer& layer : checkpoint.layers) layer.heads = 1;
  }
}

}  // namespace

extern const CheckpointFamily checkpoint_attention;
const CheckpointFamily checkpoint_attention{kAttentionTypes, read_attention};

}  // namespace ctxcap::model
