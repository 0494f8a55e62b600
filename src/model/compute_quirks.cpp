#include "model/compute_quirks.hpp"

namespace ctxcap::model {
namespace {

constexpr Quirk kQuirks[] = {
    {.architecture = "falcon", .dense_rows = 1, .parallel = true},
    {.architecture = "starcoder2", .dense_rows = 1},
    {.architecture = "bert", .dense_rows = 1, .output_live = false},
    {.architecture = "jina-bert-v2", .output_live = false},
    {.architecture = "jina-bert-v3", .dense_rows = 1, .output_live = false},
    {.architecture = "nomic-bert", .output_live = false},
    {.architecture = "nomic-bert-moe", .output_live = false},
    {.architecture = "phi3", .output_live = false},
    {.architecture = "plamo3", .output_live = false},
    {.architecture = "jamba", .output_live = false},
    {.architecture = "lfm2", .output_live = false},
    {.architecture = "lfm2moe", .output_live = false},
    {.architecture = "qwen3next", .output_live = false, .attention_queries = 5},
    {.architecture = "qwen35", .output_live = false, .attention_queries = 5},
    {.architecture = "qwen35moe", .output_live = false, .attention_queries = 5},
    {.architecture = "command-r", .parallel = true},
    {.architecture = "cohere2", .parallel = true, .extra_embeddings = 1},
    {.architecture = "cohere2moe", .attention_queries = 8},
    {.architecture = "stablelm", .parallel = true},
    {.architecture = "gemma3n", .extra_embeddings = 6},
    {.architecture = "plamo2", .extra_embeddings = 1, .attention_queries = 3},
    {.architecture = "openelm", .attention_queries = 3},
    {.architecture = "gemma4", .attention_queries = 3, .output_kept = true},
    {.architecture = "nemotron_h", .dense_rows = 2, .extra_embeddings = 1},
    {.architecture = "nemotron_h_moe", .expert_rows = 1, .shared_expert = false},
    {.architecture = "granitehybrid", .shared_expert = false},
    {.architecture = "granite_swa", .shared_expert = false},
    {.architecture = "hy_v3", .shared_expert = false},
    {.architecture = "jais2", .dense_rows = 1},
    {.architecture = "smallthinker", .input_kept = true},
    {.architecture = "qwen3vl", .attention_queries = 4},
    {.architecture = "afmoe", .attention_queries = 6, .output_kept = true},
    {.architecture = "laguna", .output_kept = true},
    {.architecture = "mistral3", .output_kept = true},
    {.architecture = "mimo2", .output_kept = true, .joined = true},
    {.architecture = "step35", .output_kept = true, .joined = true},
    {.architecture = "cogvlm", .output_live = false, .attention_queries = 5},
};

}  // namespace

Quirk quirk_of(std::string_view architecture) {
  for (const Quirk& quirk : kQuirks) {
    if (quirk.architecture == architecture) return quirk;
  }
  return {.architecture = architecture};
}

}  // namespace ctxcap::model
