#pragma once
// Generations of llama.cpp that cache or compute otherwise than the one before, and which one a server runs.

#include <optional>
#include <string>
#include <string_view>

namespace ctxcap {

enum class LlamaBuild {
  b8390,   // to March 2026: logits of the whole batch, and an F32 mask beside the F16 one
  b9000,   // spring 2026: logits of the whole batch
  b9842,   // July 2026: logits of one token for each slot
  v0_4_0,  // 12 September 2026
  v0_5_0,  // 28 September 2026: no cache for a multi-token-prediction tail, lists of windows count
  newest = v0_5_0,
};

struct ServerBuild {
  LlamaBuild llama = LlamaBuild::newest;
  bool assumed = true;       // nobody said: the newest rules
  bool own_engines = false;  // Ollama before 0.30, which ran many families itself
  std::string told;          // "Ollama 0.33.0", "b10361"; empty: assumed
  bool operator==(const ServerBuild&) const = default;
};

// "0.33.0-rc2", as /api/version says. nullopt: no version.
std::optional<ServerBuild> build_of_ollama(std::string_view version);

// "b10361", "v0.5.0". nullopt: no build.
std::optional<ServerBuild> build_of_llama(std::string_view build);

// "v0.5.0", for reports.
std::string_view word(LlamaBuild build);

}  // namespace ctxcap
