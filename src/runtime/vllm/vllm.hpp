#pragma once
// vLLM as it runs: nothing is created there, a window is a flag of its start. It can be looked at.

#include <string>
#include <string_view>

#include "data/verification.hpp"
#include "data/vllm.hpp"
#include "ports/http.hpp"

namespace ctxcap::runtime {

// Asks /v1/models, /version, the gauge vllm:cache_config_info, and sends a prompt of num_ctx - 1 tokens, made
// of numbers that /tokenize gave. Errors: nobody answers, or it is no vLLM.
Result<ServedVerification> verify_vllm(Http& http, const ServedAsk& ask, const std::string& key);

// What it says of itself: /v1/models, /version and that gauge. `model`: as requests name it, "" for the
// first. Errors as verify_vllm().
Result<VllmServer> describe_vllm(Http& http, const std::string& url, const std::string& model,
                                 const std::string& key);

// The value of a label of vllm:cache_config_info in the text of /metrics, "None" included; "": there is none.
std::string cache_config_label(std::string_view metrics, std::string_view label);

}  // namespace ctxcap::runtime
