#pragma once
// Prompts that a server refused as too long: demand that no row of usage shows.

#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap {

struct Refusal {
  std::optional<Tokens> prompt;  // its size, or the least that it was
  bool is_floor = false;         // the server stopped counting there
  std::optional<Tokens> limit;   // the window that it did not fit into
  bool operator==(const Refusal&) const = default;
};

// From what a server said, in the wordings of llama.cpp, Ollama, vLLM, SGLang, LM Studio, Anthropic's and
// Google's APIs, also inside of a gateway's text. nullopt: that is no refusal of a prompt for its length, or
// one of an embedding's input.
std::optional<Refusal> refusal_of(std::string_view message);

// The numbers alone, in words that refusal_of() understands; nothing else of what the server said.
std::string text_of(const Refusal& refusal);

}  // namespace ctxcap
