#pragma once
// What is to be created, and what came of it. Made by plan/ and runtime/, read by render/ and report/.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/quantity.hpp"
#include "base/time.hpp"

namespace ctxcap {

// One capped variant of one base model.
struct Variant {
  std::string name;         // as Ollama will know it, with tag, e.g. "devstral-small-2:triage"
  std::string base;         // FROM, e.g. "devstral-small-2:latest"
  std::string base_digest;  // of the base when the plan was made, hex without "sha256:"; empty: not known
  // Of the model that had the variant's name then; empty: there was none; nullopt: not known.
  std::optional<std::string> replaces_digest;
  Tokens num_ctx = 0;
  Tokens num_predict = 0;                                       // 0: not written
  std::optional<std::string> system;                            // SYSTEM text
  std::vector<std::pair<std::string, std::string>> parameters;  // further PARAMETERs as "name", "value"
  std::vector<std::string> jobs;                                // jobs it serves
  std::vector<std::string> inherits;  // what it has of its base beside the weights, in words without texts
  std::vector<std::string> against;  // why it should not be created as it is, a sentence each; empty: nothing
  std::string modelfile;             // rendered text
  std::string cli_obstacle;          // why a Modelfile cannot carry these values; empty: it can
  bool sliding_window = false;       // /api/ps leaves out part of the KV cache of such models
  std::optional<Bytes> predicted_bytes;       // total on the card
  std::optional<Bytes> predicted_high_bytes;  // the most it should take
  bool operator==(const Variant&) const = default;
};

// A row of /api/ps.
struct RunningModel {
  std::string name;
  std::string digest;                    // hex, no prefix
  Bytes size = 0;                        // as Ollama adds it up
  Bytes size_vram = 0;                   // equal to size: wholly on the GPU; 0: on the CPU
  std::optional<Tokens> context_length;  // per slot, clamped, not padded; unknown on old servers
  std::optional<Instant> expires;        // centuries ahead: it stays for ever
};

// A model that was loaded before a change, as it is to be loaded again after it.
struct LoadedModel {
  std::string name, digest;
  std::optional<Tokens> num_ctx;  // its window; nullopt: unknown
  std::optional<i64> stays;       // seconds that it was to stay; < 0: for ever; nullopt: unknown
  bool shares = false;            // of the same weights as the variant: one runner serves both
  bool operator==(const LoadedModel&) const = default;
};

// "tiny:latest at 16,384, for ever"
std::string text_of(const LoadedModel& loaded);

// A row of /api/tags.
struct InstalledModel {
  std::string name;    // with tag
  std::string digest;  // hex, no prefix
  std::string parent;  // the name in FROM when it was created; empty for a pulled model
  Bytes size = 0;      // sum of layers
};

enum class Placement { gpu, partial, cpu, unknown };

// What was read back after loading the variant.
struct Verification {
  Tokens asked_ctx = 0;
  std::optional<Tokens> effective_ctx;  // from /api/ps
  std::optional<Bytes> size, size_vram;
  std::optional<Bytes> driver_before = {};  // of its runner's process before the change, as the driver has it
  std::optional<Bytes> driver_bytes = {};   // and now, all of it, also where /api/ps counts less
  Placement placement = Placement::unknown;
  std::optional<Tokens> probe_tokens;  // of a prompt that came back whole; nullopt: none was sent or counted
  std::vector<std::string> notes;      // what a reader should know, e.g. an old runner under the same name
  std::string cause;                   // of another window than was asked for; empty: not known
  bool operator==(const Verification&) const = default;
};

struct Receipt {
  std::string variant;
  std::string via;              // "cli" or "api"
  bool replaced = false;        // a variant of that name existed before
  std::string previous_digest;  // of that one; empty when there was none
  std::string base_digest;      // of the base that the variant was created from
  std::string digest;           // of the variant after create
  Verification verification;
};

}  // namespace ctxcap
