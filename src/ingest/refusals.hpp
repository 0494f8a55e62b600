#pragma once
// Prompts that a server refused as too long: demand that no row of usage shows.

#include <optional>
#include <string_view>

#include "ingest/usage.hpp"

namespace ctxcap::ingest {

struct Refusal {
  std::optional<Tokens> prompt;  // its size, or the least that it was
  bool is_floor = false;         // the server stopped counting there
  std::optional<Tokens> limit;   // the window that it did not fit into
};

// From what a server said, in the wordings of llama.cpp, Ollama, vLLM, SGLang, LM Studio, Anthropic's and
// Google's APIs, also inside of a gateway's text. nullopt: that is no refusal of a prompt for its length, or
// one of an embedding's input.
std::optional<Refusal> refusal_of(std::string_view message);

// What it counts for: the prompt with its size where that was named; else, where the limit was named, as just
// beyond it, with a remark; else it is not counted, for a reason of its own.
Usage usage_of(const Refusal& refusal);

// Both at once; nullopt where the message is no refusal.
std::optional<Usage> refused_usage(std::string_view message);

}  // namespace ctxcap::ingest
