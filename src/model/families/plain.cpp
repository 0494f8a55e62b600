// Plain attention: every block keeps K and V rows for the whole window. Many of these declare a
// `sliding_window` that llama.cpp ignores (phi3, mistral, qwen2); blocks of a multi-token-prediction tail
// (glm4moe) are cached like any other, used or not.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kArchitectures[] = {
    "command-r", "deci",       "ernie4_5", "ernie4_5-moe", "falcon",     "glm4",     "glm4moe",
    "granite",   "granitemoe", "llama",    "minicpm3",     "minimax-m2", "mistral3", "olmo2",
    "openelm",   "phi3",       "qwen2",    "qwen2moe",     "qwen2vl",    "qwen3",    "qwen3moe",
    "qwen3vl",   "qwen3vlmoe", "seed_oss", "stablelm",     "starcoder2",
};

void read(Keys& keys, std::string_view architecture, ModelArch& arch) {
  if (architecture == "olmo2" && keys.get("attention.sliding_window", 0) > 0) {
    keys.refuse("olmo2 with a sliding window is not known yet");
  }
  arch.layers = full_layers(read_heads(keys));
}

}  // namespace

extern const Family family_plain;
constinit const Family family_plain{.name = "plain attention", .architectures = kArchitectures, .read = read};

}  // namespace ctxcap::model
