#pragma once
// A model as a runtime describes it, and its architecture as the memory model needs it.
// Made by model/ from /api/show, read by memory/, policy/, plan/, report/.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/quantity.hpp"
#include "data/build.hpp"

namespace ctxcap {

// A GGUF metadata value. monostate: the key is there but its value was withheld (a non-verbose show
// returns every array as null); never to be read as 0. Arrays of text and of fractions are left out.
using MetaValue = std::variant<std::monostate, i64, double, bool, std::string, std::vector<i64>>;

struct Tensor {
  std::string name;        // GGUF name, e.g. "blk.0.attn_k.weight"
  std::string type;        // upper case, e.g. "Q4_K"
  std::vector<i64> shape;  // GGUF order: input dimension first
  bool operator==(const Tensor&) const = default;
};

// What a runtime said about a model, in GGUF terms and nothing interpreted.
struct ModelDescription {
  std::string name;                           // as asked for; empty when read from a file
  std::string architecture;                   // general.architecture as on disk; empty when absent
  std::map<std::string, MetaValue> metadata;  // model_info, keys with their architecture prefix
  std::vector<Tensor> tensors;                // empty when the runtime did not list them
  std::vector<std::string> capabilities;      // "completion", "vision", "embedding" ...; empty when unknown
  std::map<std::string, std::vector<std::string>> parameters;  // Modelfile PARAMETERs as text, unquoted
  std::string parent_model;                    // name given to FROM when it was created; may be empty
  std::string quantization;                    // details.quantization_level, e.g. "Q4_K_M"
  std::string system;                          // SYSTEM text (never printed)
  bool own_template = false;                   // a Go TEMPLATE that is not the bare prompt
  i64 messages = 0;                            // MESSAGEs
  bool remote = false;                         // a cloud stub: no weights here
  std::string weights;                         // digest of the weights file, hex; empty: not told
  std::vector<std::string> adapters;           // paths of ADAPTER lines in the modelfile
  bool draft = false;                          // it has a DRAFT line
  std::map<std::string, MetaValue> projector;  // projector_info: metadata of a second file; empty: none told
  ServerBuild build;                           // of what runs it
};

// The weights file in the text of a Modelfile as a server shows it, "FROM /models/blobs/sha256-9af7...", by
// its digest; empty: it names none.
std::string weights_file(std::string_view modelfile);

// How a layer caches tokens. The bytes of each kind are summed by memory/, which knows no architecture names.
enum class LayerKind {
  full,       // K and V rows for every token of the window
  window,     // K and V rows for the last `window` tokens only
  latent,     // MLA: one K row per token, no V
  recurrent,  // state of fixed size per sequence, no rows
  none,       // caches nothing (MLP block, encoder, layer that reuses another's cache)
};

// Rows that sparse attention keeps beside a layer's own, for every token of the window.
struct SideCache {
  i64 k_width = 0;         // elements of one K row
  i64 v_width = 0;         // of one V row
  i64 tokens_per_row = 1;  // compressed caches keep one row for so many tokens
  bool operator==(const SideCache&) const = default;
};

// One block of the model. Widths are elements of one token's row, over all KV heads. A layer of kind full may
// have zero width (an attention layer without heads): with flash attention off it still gets a padded V row.
struct Layer {
  LayerKind kind = LayerKind::none;
  i64 k_width = 0;  // kv heads x key head dim
  i64 v_width = 0;  // kv heads x value head dim; 0 for latent
  i64 window = 0;   // tokens; only for LayerKind::window
  i64 head_k = 0;   // elements of one K head; quantised cache types need a multiple of their block
  i64 head_v = 0;   // the same of one V head
  std::vector<SideCache> side;  // sparse attention only
  std::vector<i64> state;       // F32 elements per sequence, one entry per tensor; also beside attention
  bool operator==(const Layer&) const = default;
};

// Tensor bytes of one block.
struct BlockWeights {
  Bytes all = 0;       // towers and drafts aside
  Bytes experts = 0;   // of these: the matrices of a mixture of experts
  Bytes largest = 0;   // the largest of those
  bool fused = false;  // gate and up are one matrix
  bool operator==(const BlockWeights&) const = default;
};

// Tensor bytes as stored, by where a fully offloaded model keeps them.
struct Weights {
  Bytes stored = 0;  // all tensors of the file, once
  Bytes input = 0;   // of these: token embeddings and the like, which stay on the CPU
  Bytes tied = 0;    // token embeddings that serve as output too are loaded a second time, on the GPU
  Bytes tied_on_cpu =
      0;                // where all runs on the CPU most architectures share that tensor, some load it twice
  Bytes projector = 0;  // of these: vision and audio towers inside the file
  Bytes draft = 0;      // of these: multi-token-prediction blocks, loaded only for drafting
  Bytes error = 0;      // +-; 0: counted tensor by tensor
  std::vector<BlockWeights> blocks;  // of the trunk, by number; empty: not told
  bool operator==(const Weights&) const = default;
};

// What the compute buffer is made of: floats that one token needs at the widest points of the graph, of the
// widest block. llama.cpp computes the last block for few tokens only, so its feed-forward part does not
// count.
struct ComputeShape {
  i64 embedding = 0;           // width of the residual stream
  i64 inputs = 0;              // floats per token of input embeddings, which only the CPU's buffer has
  i64 heads = 0;               // most query heads of a block
  i64 full_heads = 0;          // the same of a block that caches the whole window
  i64 query = 0;               // widest query row
  i64 output = 0;              // widest attention output row
  i64 feed_forward = 0;        // floats at the peak of a dense feed-forward part; 0: there is none
  i64 experts = 0;             // the same of a mixture of experts
  i64 state = 0;               // the same of a recurrent block ...
  i64 state_per_sequence = 0;  // ... and floats per sequence beside it, however many tokens
  i64 state_per_draft = 0;     // ... and so many more for each drafted token
  i64 latent = 0;              // the same of latent attention
  i64 attention = 0;           // floats at attention itself, beside f16 copies of quantised K and V
  i64 extra = 0;               // floats per token that live through the whole graph (per-layer inputs)
  i64 vocabulary = 0;          // logits of one token; 0: not known
  i64 beside_logits = 0;  // > 0: has logits for the whole batch, whatever the server asks for, beside so many
                          // rows of embedding width
  double per_batch = 0;   // floats per token and token of the batch: linear attention, relative positions ...
  double experts_per_batch = 0;  // ... and beside the experts
  i64 fused = 0;  // floats per token that newer CUDA builds may keep of a mixture of experts beside them
  double per_cell = 0;  // sparse indexers, position biases: floats per token and cell of the window, masks
  double per_cell_long = 0;    // included; the same from 32,768 cells on (0: as per_cell) ...
  i64 cell_base = 0;           // ... and floats per token beside them
  i64 cell_base_long = 0;      // > 0: beside per_cell_long, which then counts where it comes to more
  bool cells_of_slot = false;  // the whole window of each slot counts, else they share
  double scores_beside = 0;    // > 0: without flash attention its scores come beside all that, so many times
  bool window_apart = false;   // that phase is left out where slots share one cache
  bool output_live = true;     // the attention output lives on beside the feed-forward part
  i64 freed = 0;           // floats of the feed-forward peak that are not there where attention is no single
                           // step on the card; below 0: so many more ...
  i64 experts_freed = 0;   // ... and of the peak of the experts
  i64 chosen = 0;          // outputs of the experts that one token uses
  i64 joined = 0;          // > 0: the widest point where a file has one matrix for Q, K and V
  bool parallel = false;   // attention and feed-forward read the same input ...
  i64 parallel_extra = 0;  // ... and keep so many floats more while K and V are copied
  bool encoder = false;    // attends within the batch; there is no cache
  i64 masks = 1;           // of an encoder: 2 where some blocks slide
  double band = 0;         // share by which this family is known to be off; 0: as measured over all
  bool operator==(const ComputeShape&) const = default;
};

// A tower that turns images into embeddings, in a file of its own. The bytes of its graph follow the number
// of patches of an image: a p^2 + b p, or the larger of two such.
struct Projector {
  std::string kind;             // clip.projector_type
  std::vector<Tensor> tensors;  // empty: a kind whose tensors are not known
  i64 patches = 0;              // of the image that the graph is reserved for at load
  i64 largest_patches = 0;      // of the largest image that is not scaled down
  i64 heads = 0, width = 0;
  struct Graph {
    double per_patch_squared = 0, per_patch = 0;  // bytes
    bool operator==(const Graph&) const = default;
  };
  std::vector<Graph> graphs;  // with flash attention
  bool operator==(const Projector&) const = default;
};

// The few numbers by which Ollama reckons a model before it loads it, as the file has them. Of lists it takes
// the smallest count of KV heads and the largest of query heads.
struct Reckoned {
  i64 blocks = 0;
  i64 kv_heads = 1;  // 1 also where the key is 0 or absent
  i64 heads = 0;     // 0: not known
  i64 embedding = 0;
  bool operator==(const Reckoned&) const = default;
};

struct ModelArch {
  std::string architecture;          // as on disk, e.g. "mistral3"
  std::string family;                // row of model/families that read it; empty: no family knows it
  bool guess = false;                // no family knows the architecture; it looks like plain attention
  std::string unknown_reason;        // why there are no layers; empty when known
  std::optional<Tokens> max_ctx;     // {arch}.context_length: Ollama clamps to it
  std::optional<Tokens> native_ctx;  // rope.scaling.original_context_length, else context_length
  std::string rope_scaling;          // "yarn", "linear", "longrope", or empty
  bool extension_trained =
      false;  // going past native_ctx was trained, is no add-on; false when nothing is past it
  std::optional<Tokens> current_ctx;  // PARAMETER num_ctx of the model
  std::vector<Layer> layers;          // one per block; empty when the architecture is not known
  i64 widest_v = 0;                   // widest V row over all blocks, also those without a cache of their own
  bool other_engine = false;          // the server runs it otherwise than llama.cpp: its caches are not known
  bool one_sum = false;               // llama.cpp counts all caches and states of this model as one number
  bool sequences_apart = false;       // a cache per sequence even where slots share one
  bool state_per_draft = false;       // MTP drafts keep the state once more per drafted token
  bool one_stream = false;            // llama.cpp aborts when slots have caches of their own
  bool one_slot = false;              // Ollama runs it with one slot, whatever OLLAMA_NUM_PARALLEL says
  bool no_flash_attention = false;    // llama.cpp never uses it here
  std::vector<Layer> draft_layers;    // cached in a context of their own when MTP drafts
  bool needs_target = false;          // loads only beside the model that it drafts for
  bool no_draft_graph = false;        // it has such blocks, and llama.cpp cannot draft with them
  std::string no_window;  // why nobody asks it for a window: a draft, an encoder; empty: a language model
  ComputeShape compute;
  ServerBuild build;  // whose rules these are
  Reckoned reckoned;
  std::optional<Projector> projector;            // of a second file
  bool has_draft_model = false;                  // its Modelfile names one
  std::shared_ptr<const ModelArch> draft_model;  // a second model that drafts for it; null: none
  std::optional<Weights> weights;  // unknown without a tensor list, or with a tensor type that is not known
  bool causal = true;      // attention looks back only; batches of others are not limited by the window
  bool completion = true;  // can generate; false for embedding-only models
  bool vision = false;     // Ollama raises num_ctx to 2048 for these
  std::vector<std::string> notes;  // what a reader should know, one sentence each
  bool operator==(const ModelArch&) const = default;  // of draft_model: whether it is the same one

  bool known() const { return !family.empty() && !layers.empty(); }
};

}  // namespace ctxcap
