#pragma once
// Inside app/: `inspect --target vllm`, what each window of a checkpoint takes in vLLM's blocks.

#include "cli/cli.hpp"
#include "data/budget.hpp"

namespace ctxcap::app {

struct VllmFlags {
  std::string target, config, available, share, url;
  std::string kv_cache_dtype = "auto";
  std::vector<std::string> lengths;
  std::optional<i64> block_size, max_num_batched_tokens, max_num_seqs, tensor_parallel;
  bool no_prefix_caching = false, no_hybrid_manager = false;
};

// `flags` outlives the parser.
void add_vllm_flags(cli::Parser& parser, VllmFlags& flags);

// `model`: what to call it; `version`: of vLLM, "" for the newest known; `card`: that a share is of.
Result<cli::ExitCode> inspect_vllm(const VllmFlags& flags, const std::string& model,
                                   const std::string& version, const std::optional<Budget>& card,
                                   const cli::SkinFlags& output, World& world, cli::Talk& talk);

}  // namespace ctxcap::app
