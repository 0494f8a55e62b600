#pragma once
// The door of model/: from a runtime's description of a model to its architecture.
//
//   TRY_ASSIGN(const ModelDescription description, model::describe(body, "devstral-small-2"));
//   const ModelArch arch = model::architecture_of(description);
//
// What cannot be read is said, never guessed: an architecture that no family knows, or a value that no model
// can have, leaves `layers` empty and says why in `unknown_reason`; windows and weights are told all the
// same.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/described_model.hpp"
#include "data/model.hpp"
#include "data/vllm.hpp"

namespace ctxcap::model {

// Reads the body of an /api/show answer (verbose or not), from a server or a file.
Result<ModelDescription> describe(std::string_view show_json, std::string name);

// The head of a GGUF file, or of one of several that hold a model together.
struct GgufPart {
  ModelDescription description;  // with the tensors of this file
  i64 parts = 1;                 // files of the model
  i64 tensors = 0;               // in all of them
};

bool is_gguf(std::string_view bytes);

// `bytes` reach at least to the weights. Errors: no GGUF, or its head is cut.
Result<GgufPart> describe_gguf(std::string_view bytes, std::string name);

ModelArch architecture_of(const ModelDescription& description);

// What a description alone tells, with a warning where the model cannot be capped.
DescribedModel described(const ModelDescription& description);

// For many models at once; `models` outlives it.
class Bases {
 public:
  explicit Bases(const DescribedModels& models);

  // The model that `name` is a variant of: the one it was made from, else the first of those with the same
  // weights file, or that spells the same name; itself where nothing is known. `name` is among them.
  std::string of(const std::string& name) const;

 private:
  const DescribedModels& models_;
  std::map<std::string, std::string> spelled_;               // spelling -> the first of that
  std::map<std::string, std::vector<std::string>> weights_;  // file -> those that have it
};

// The description withholds an array that its tensors cannot replace: ask again with `verbose`.
bool needs_verbose(const ModelDescription& description);

// Reads the config.json of a checkpoint, as vLLM serves it. Errors: it is none. A model whose caches no rule
// knows has no layers and an `unknown_reason`.
Result<Checkpoint> checkpoint(std::string_view config_json);

DescribedModel described(Checkpoint checkpoint);

// Bytes of weights by the text of model.safetensors.index.json; nullopt: it does not say.
std::optional<Bytes> bytes_of_index(std::string_view index_json);

// For runtimes that list no tensors: weights from the size of the file, with its error. Ollama's `size` of a
// model is that of the file and a few kilobytes.
void estimate_weights(ModelArch& arch, Bytes file_bytes);

}  // namespace ctxcap::model
