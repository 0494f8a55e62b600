// Bytes of the weights out of the sizes of their matrices, where nobody can look at the files themselves.
// Norms and biases are left out: they are a thousandth.

#include <algorithm>
#include <array>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

// Gate, up and down projections, and nothing beside them that counts.
constexpr std::array<std::string_view, 18> kGated = {
    "llama", "mistral", "mixtral", "qwen2",       "qwen3", "qwen3_moe", "phi3",     "granite",  "smollm3",
    "gemma", "gemma2",  "gemma3",  "gemma3_text", "olmo2", "ministral", "mistral3", "seed_oss", "internlm2"};

// Of one matrix element, with its scales; nullopt: a scheme that is not known.
std::optional<double> matrix_bytes(Config& config) {
  const std::string key = "quantization_config.";
  std::string method = config.top_text(key + "quant_method");
  if (method.empty()) return 2.0;
  if (method == "fp8" || method == "fbgemm_fp8") return 1.0;
  const std::optional<double> bits = config.top_number(key + "bits");
  if ((method == "awq" || method == "gptq" || method == "gptq_marlin") && bits) {
    const double group = std::max(config.top_number(key + "group_size").value_or(128), 1.0);
    return (*bits + (16 + *bits) / group) / 8;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> weights_of(Config& config, const std::string& type) {
  if (std::find(kGated.begin(), kGated.end(), type) == kGated.end()) return std::nullopt;
  const std::optional<double> each = matrix_bytes(config);
  if (!each || !config.has("vocab_size")) return std::nullopt;
  const auto real = [](i64 value) { return static_cast<double>(value); };
  const double hidden = real(config.hidden()), head = real(config.head_dim());
  const double attention = hidden * head * (2 * real(config.heads()) + 2 * real(config.kv_heads()));
  const i64 experts = config.first_of({"num_experts", "num_local_experts"}).value_or(0);
  const double inner =
      real(experts > 0 ? config.get("moe_intermediate_size", config.get("intermediate_size", 0))
                       : config.get("intermediate_size", 0));
  if (inner <= 0) return std::nullopt;
  const double feed_forward = 3 * hidden * inner * std::max(real(experts), 1.0);
  const bool tied =
      config.has("tie_word_embeddings") ? config.is_true("tie_word_embeddings") : type.starts_with("gemma");
  const double embeddings = real(config.get("vocab_size", 0)) * hidden * (tied ? 2 : 4);
  const double bytes = real(config.layers()) * (attention + feed_forward) * *each + embeddings;
  if (!config.problem().empty() || !(bytes < 1e15)) return std::nullopt;
  return static_cast<Bytes>(bytes);
}

}  // namespace ctxcap::model
