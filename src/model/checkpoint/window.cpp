// The window that vLLM takes when nobody names one.

#include <algorithm>
#include <array>

#include "model/checkpoint/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::array<std::string_view, 8> kLengthKeys = {
    "max_position_embeddings", "n_positions",    "max_seq_len", "seq_length",
    "max_sequence_length",     "max_seq_length", "seq_len",     "max_target_positions"};

// Their length keys tell the extended window already.
constexpr std::array<std::string_view, 7> kNoFactor = {
    "llama3", "yarn", "longrope", "su", "deepseek_yarn", "deepseek_llama_scaling", "mrope"};

constexpr Tokens kUndeclared = 2048;  // what vLLM assumes

std::string rope_key(const Config& config, const char* key) {
  return std::string(config.has(std::string("rope_scaling.") + key) ? "rope_scaling." : "rope_parameters.") +
         key;
}

std::string rope_type(const Config& config) {
  const std::string type = config.text(rope_key(config, "rope_type"));
  return type.empty() ? config.text("rope_scaling.type") : type;
}

}  // namespace

std::optional<Tokens> derived_window(Config& config, const std::string& type) {
  std::optional<Tokens> window = config.find("model_max_length");
  for (const std::string_view key : kLengthKeys) {
    if (config.has("model_max_length")) break;
    const std::optional<i64> length = config.find(key);
    if (length) window = std::min(*length, window.value_or(*length));
  }
  if (!window) return kUndeclared;
  const std::string rope = rope_type(config);
  if (rope == "longrope" || rope == "su") {
    const auto original = config.has("original_max_position_embeddings")
                              ? config.find("original_max_position_embeddings")
                              : config.find(rope_key(config, "original_max_position_embeddings"));
    return original ? original : window;
  }
  const bool stretched = !rope.empty() && rope != "default" && !type.starts_with("gemma3") &&
                         std::find(kNoFactor.begin(), kNoFactor.end(), rope) == kNoFactor.end();
  const std::optional<double> factor = stretched ? config.number(rope_key(config, "factor")) : std::nullopt;
  if (!factor || !(*factor >= 1) || *factor > 1e6) return window;
  return static_cast<Tokens>(static_cast<double>(*window) * *factor);
}

}  // namespace ctxcap::model
