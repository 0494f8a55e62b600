#pragma once
// What a running server was asked, against what it was to be. Made by runtime/, told by report/.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/serving.hpp"

namespace ctxcap {

// What a server is to be.
struct ServedAsk {
  Target target = Target::vllm;
  std::string url;                // without a slash at its end
  std::string model;              // "": the one that it serves
  Tokens num_ctx = 0;             // of one request
  std::optional<i64> at_once;     // slots, of llama-server; nullopt: not asked
  std::optional<i64> num_blocks;  // at least, of vLLM; these three: nullopt: not asked
  std::optional<i64> block_size;
  std::optional<Bytes> cache_bytes;
  bool probe = true;  // one request of num_ctx - 1 tokens is sent
};

struct ServedCheck {
  std::string what;           // "max_model_len"
  std::string asked, seen;    // as text; empty: not told
  std::optional<bool> holds;  // nullopt: the server does not tell
};

struct ServedVerification {
  ServedAsk ask;
  std::string server;             // "vLLM 0.32.0"; empty: not told
  std::optional<Tokens> num_ctx;  // of one request, as it runs; nullopt: not told
  std::vector<ServedCheck> checks;
  std::vector<std::string> notes;  // a sentence each

  // Whether all that it tells is as asked; nullopt: something that matters is not told.
  std::optional<bool> holds() const;
};

// The first thing that is not as asked, else that something is not told. "": it holds.
std::string why_not(const ServedVerification& seen);

// "ctxcap.verify/1", indented.
std::string verification_json(const ServedVerification& verification);

// Whether the text of a saved analysis has plans of other servers.
bool has_served(const std::string& json);

// The plans of a saved analysis. Errors (ErrorKind::usage): it is none, or has no plan of another server.
Result<std::vector<ServedPlan>> served_of_plan(const std::string& json, const std::string& path);

}  // namespace ctxcap
