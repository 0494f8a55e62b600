#pragma once
// How a base model is to be started where there is nothing to create: flags of a server, and the files that
// they go into. Made by memory/ and app/, rendered by render/, told by report/.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

// Which server runs the models.
enum class Target { ollama, llama_server, llama_swap, vllm };

// "llama-server"
std::string_view word(Target target);

// Where such a server is, and what tells it its window; empty: not named.
struct ServedPlace {
  std::string url;
  std::string preset, section;  // of llama-server's router
  std::string config, model;    // of llama-swap
};

// What a file tells a server of a model's window.
struct ServedNow {
  std::optional<Tokens> num_ctx;  // of one request; nullopt: it does not say
  std::optional<i64> slots;       // nullopt: it does not say
  std::string says;               // as it stands there, "ctx-size=8192 parallel=2": what can be put back
};

// A text to put somewhere. Nothing is applied by it.
struct ServedText {
  std::string what;  // "systemd drop-in"
  std::string text;
  bool operator==(const ServedText&) const = default;
};

struct ServedPlan {
  Target target = Target::vllm;
  std::string model;              // as requests name it
  std::vector<std::string> jobs;  // whose requests it is for
  Tokens num_ctx = 0;             // of one request, prompt and generation
  i64 at_once = 1;                // requests of that length which the cache holds
  bool at_once_seen = false;      // by the requests' own times or as said; else nobody knows, and it is 1
  std::vector<std::pair<std::string, std::string>> flags;  // "max-model-len", "8192", in their order
  std::optional<Bytes> cache_bytes;                        // exact; nullopt: not known
  std::optional<i64> block_size, num_blocks;               // of vLLM, as a server must tell them then
  std::optional<Bytes> weights_bytes;
  std::optional<Bytes> total_bytes;  // of the card, as CUDA has it
  std::optional<double> share;       // of it that all takes, rounded up to four digits
  std::string refused;               // why it would not start, as the server says it; empty: it would
  std::vector<std::string> notes;    // a sentence each
  std::vector<ServedText> texts;
  bool operator==(const ServedPlan&) const = default;
};

}  // namespace ctxcap
