#pragma once
// The text that llama.cpp's server logs. A call is spread over lines that name its task:
//
//   slot print_timing: id 1 | task 0 | prompt eval time = ... /  61 tokens      what was not remembered: no
//   count of ours slot print_timing: id 1 | task 0 |        eval time = ... /   8 tokens      the answer slot
//   release: id 1 | task 0 | stop processing: n_tokens = 68, ...      prompt + answer - 1 slot   operator():
//   id 1 | task 0 | new prompt, ..., task.n_tokens = 61      the prompt (with -lv 4) srv    send_error: task
//   id = 35, error: request (701 tokens) exceeds ...    a refusal, with the prompt's true size
//
// A refused task is released too, with a number of the call before it: only the refusal counts. A task
// without an answer is an embedding. There is no wall clock and no model per request; the model is the one
// that was loaded.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/call.hpp"

namespace ctxcap::ingest {

// Whether the beginning of a text looks like such a log.
bool is_llamacpp_log(std::string_view beginning);

class LlamaCppLog {
 public:
  // The call that this line completes; nullopt for all others. Views in it live until the next line.
  std::optional<Call> line(std::string_view text);

 private:
  struct Task {
    std::optional<Tokens> prompt, generation;
    bool refused = false;
    bool shifted = false;  // the context was shifted: its numbers no longer add up
  };

  std::optional<Call> released(Task task, std::string_view text) const;
  Call call_with(Usage usage) const;

  std::string model_;
  std::optional<Tokens> num_ctx_;
  std::map<Tokens, Task> tasks_;  // those that run
};

}  // namespace ctxcap::ingest
