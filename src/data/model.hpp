#pragma once
// A model as a runtime describes it, and its architecture as the memory model needs it.
// Made by model/ from /api/show, read by memory/, policy/, plan/, report/.

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

// A GGUF metadata value. monostate: the key is there but its value was withheld (a non-verbose show
// returns every array as null); never to be read as 0.
using MetaValue = std::variant<std::monostate, i64, double, bool, std::string, std::vector<i64>>;

struct Tensor {
  std::string name;         // GGUF name, e.g. "blk.0.attn_k.weight"
  std::string type;         // upper case, e.g. "Q4_K"
  std::vector<i64> shape;   // GGUF order: input dimension first
};

// What a runtime said about a model, in GGUF terms and nothing interpreted.
struct ModelDescription {
  std::string name;                           // as asked for; empty when read from a file
  std::string architecture;                   // general.architecture as on disk; empty when absent
  std::map<std::string, MetaValue> metadata;  // model_info, keys with their architecture prefix
  std::vector<Tensor> tensors;                // empty when the runtime did not list them
  std::vector<std::string> capabilities;      // "completion", "vision", "embedding" ...; empty when unknown
  std::map<std::string, std::vector<std::string>> parameters;  // Modelfile PARAMETERs as text, unquoted
  std::string parent_model;                   // name given to FROM when it was created; may be empty
  std::string quantization;                   // details.quantization_level, e.g. "Q4_K_M"
  std::string system;                         // SYSTEM text (never printed)
  bool remote = false;                        // a cloud stub: no weights here
  std::vector<std::string> adapters;          // reserved: adapters named in the modelfile
};

// How a layer caches. The bytes of each kind are summed by memory/, which knows no architecture names.
enum class LayerKind {
  full,       // K and V rows for every token of the window
  window,     // K and V rows for the last `window` tokens only
  latent,     // MLA: one K row per token, no V
  recurrent,  // state of fixed size per sequence
  none,       // caches nothing (MLP block, encoder, layer that reuses another's cache)
};

struct Layer {
  LayerKind kind = LayerKind::none;
  i64 k_width = 0;  // elements of one token's K row: kv heads x key head dim
  i64 v_width = 0;  // elements of one token's V row: kv heads x value head dim
  i64 window = 0;   // tokens of the sliding window; only for LayerKind::window
  bool operator==(const Layer&) const = default;
};

struct ModelArch {
  std::string architecture;       // as on disk, e.g. "mistral3"
  std::string family;             // row of model/families that read it; empty: no family knows it
  std::string unknown_reason;     // why `family` is empty or layers could not be read; empty when known
  std::optional<Tokens> max_ctx;     // {arch}.context_length: Ollama clamps to it
  std::optional<Tokens> native_ctx;  // rope.scaling.original_context_length, else context_length
  std::string rope_scaling;       // "yarn", "linear", "longrope", or empty
  bool extension_trained = false; // the window beyond native was trained, not an add-on
  std::optional<Tokens> current_ctx;  // PARAMETER num_ctx of the model
  std::vector<Layer> layers;      // one per block; empty when the family is unknown
  std::optional<Bytes> weights_bytes;  // all tensors as stored; unknown without tensors
  bool completion = true;         // can generate; false for embedding-only models
  bool vision = false;            // Ollama raises num_ctx to 2048 for these

  bool known() const { return !family.empty() && !layers.empty(); }
};

}  // namespace ctxcap
