#pragma once
// Inside vllm/: the log of a vLLM that was started with --enable-log-requests. What lengths it has are lists
// of numbers that stand for tokens, and these are counted, never read:
//
//   Received request ID: params: SamplingParams(..., max_tokens=16, ...)           0.11 and newer: no length
//   Request ID details: prompt: '...', prompt_token_ids: [1, 2, 3], prompt_...     their log level DEBUG
//   Received request ID: prompt: '...', params: ..., prompt_token_ids: [1, 2], ... older ones
//   Generated response ID: output: '...', output_token_ids: [4, 5], finish_reason: stop
//
// with the model and the window from the lines of its start. max_tokens is what was left of the window, so an
// answer that ended by length has just so many.

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ingest/call.hpp"

namespace ctxcap::ingest::vllm {

// Whether text looks like such a log.
bool is_log(std::string_view beginning);

class Log {
 public:
  // The calls that this line completes. Views in them live until the next line.
  const std::vector<Call>& line(std::string_view text, std::optional<Instant> at);
  // Those that are left at the end.
  const std::vector<Call>& finish();

 private:
  static constexpr std::size_t kMostOpen = 1000;  // more were lost with a part of the log

  struct Open {
    std::string id;
    std::optional<Instant> start;
    std::optional<Tokens> prompt, generation, most;  // most: max_tokens
  };
  Open& open(std::string_view id, std::optional<Instant> at);
  void received(std::string_view text, std::optional<Instant> at);
  void answered(std::string_view text);
  void started(std::string_view text);
  void give(const Open& request);
  std::optional<Tokens> counted(std::string_view list) const;

  std::deque<Open> open_;
  std::string model_;
  std::deque<std::string> ids_;                 // of the calls at hand
  std::optional<Tokens> window_, most_listed_;  // --max-log-len cuts lists
  bool has_requests_ = false;
  std::vector<Call> calls_;
};

}  // namespace ctxcap::ingest::vllm
