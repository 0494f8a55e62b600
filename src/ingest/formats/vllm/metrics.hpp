#pragma once
// Inside vllm/: what a vLLM tells on /metrics of the requests that it served, one or more answers of it in a
// row:
//
//   vllm:request_prompt_tokens_bucket{engine="0",le="200.0",model_name="m"} 38.0     so many had up to 200
//   vllm:request_generation_tokens_bucket{engine="0",le="+Inf",model_name="m"} 58.0
//   vllm:request_success_total{finished_reason="length",...} 7.0
//   http_requests_total{handler="/v1/completions",method="POST",status="4xx"} 3.0    refused, for any reason
//   vllm:cache_config_info{kv_cache_size_tokens="24818",kv_cache_max_concurrency="3.03",...} 1.0
//
// Every length counts as the upper end of its bucket; who had the long prompt and who the long answer is not
// told, so prompt and generation together count as what they can be at most.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/histogram.hpp"
#include "ingest/call.hpp"

namespace ctxcap::ingest::vllm {

class Metrics {
 public:
  void line(std::string_view text);
  // Each stands for Call::count requests. Views live as long as this does.
  const std::vector<Call>& finish();

 private:
  // Of one engine of a server, since its start.
  struct Counts {
    std::map<Tokens, i64> prompt, generation;  // upper end -> so many are no larger; kMostTokens: all
    i64 ended_by_length = 0;
    std::string model;
  };
  using Answer = std::map<std::string, Counts>;  // by model and engine

  void bucket(std::string_view labels, bool is_prompt, i64 count);
  void end_answer();
  void take(const Answer& answer);
  void take(const Counts& counts, std::optional<Tokens> window);

  Answer now_, before_;
  std::optional<Tokens> window_;  // of the server
  std::vector<Call> calls_;
  std::vector<std::string> models_;
  std::vector<Answer> earlier_;         // of servers that were started anew since
  std::map<std::string, i64> refused_;  // by labels
  i64 refused_earlier_ = 0;
};

// The window of the server, of which vLLM tells two numbers alone: the cache in tokens is the concurrency
// times the window, rounded down. nullopt: they do not say, or leave several.
std::optional<Tokens> window_of(std::string_view cache_size_tokens, std::string_view max_concurrency);

}  // namespace ctxcap::ingest::vllm
