// Plain attention: every block keeps K and V rows for the whole window. Many of these declare a
// `sliding_window` that llama.cpp ignores (phi3, mistral, qwen2). Before v0.5.0 blocks of a
// multi-token-prediction tail (glm4moe) were cached like any other, used or not.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kPlain[] = {
    // Measured.
    "command-r",
    "deci",
    "ernie4_5-moe",
    "falcon",
    "glm4",
    "glm4moe",
    "granite",
    "llama",
    "minicpm3",
    "minimax-m2",
    "mistral3",
    "openelm",
    "phi3",
    "qwen2",
    "qwen2vl",
    "qwen3",
    "qwen3moe",
    "qwen3vl",
    "seed_oss",
    "stablelm",
    "starcoder2",
    // llama.cpp gives these the same cache.
    "apertus",
    "arcee",
    "arctic",
    "baichuan",
    "bailingmoe",
    "bailingmoe2",
    "bitnet",
    "bloom",
    "chameleon",
    "chatglm",
    "codeshell",
    "dbrx",
    "deepseek",
    "dots1",
    "ernie4_5",
    "exaone",
    "gemma",
    "gpt2",
    "gptneox",
    "granitemoe",
    "grok",
    "grovemoe",
    "hunyuan-dense",
    "hunyuan-moe",
    "internlm2",
    "jais",
    "mpt",
    "minicpm",
    "nemotron",
    "olmo",
    "olmoe",
    "orion",
    "phi2",
    "phimoe",
    "plamo",
    "qwen",
    "qwen2moe",
    "qwen3vlmoe",
    "refact",
    "smollm3",
    "starcoder",
    "xverse",
    // Measured with llama.cpp 0.5.
    "cogvlm",
    "hrm_text",
    "hunyuan_vl",
    "hy_v3",
    "jais2",
    "llama-embed",
    "maincoder",
    "paddleocr",
    "pangu-embedded",
    "talkie",
};

void read_plain(Keys& keys, std::string_view architecture, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  // Of GLM they were left out until July 2026, and cached from then to v0.5.0.
  const bool early = architecture == "glm4moe" && !keys.since(LlamaBuild::b9842);
  if (keys.since(LlamaBuild::v0_5_0) || early || architecture == "hy_v3") {
    cut_drafts(keys, arch);
  } else {
    keep_drafts(keys, arch);
  }
  arch.no_draft_graph = architecture == "bailingmoe2";
  arch.causal = architecture != "llama-embed";
  arch.no_flash_attention = architecture == "grok";
}

}  // namespace

extern const Family family_plain;
constinit const Family family_plain{.name = "plain attention", .architectures = kPlain, .read = read_plain};

}  // namespace ctxcap::model
