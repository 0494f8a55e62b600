#pragma once
// How vLLM keeps the cache of a model: in blocks of one size, which groups of layers share. Shapes are made
// by model/ from a checkpoint's config.json, blocks by memory/.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

// How a layer keeps the tokens of a request.
enum class PageKind {
  full,     // all of them
  latent,   // all of them, one row each and no V
  sliding,  // the last `window`
  chunked,  // those of the chunk of `window` that is being read
  state,    // none: a state of fixed size
};

// What a layer of kind state remembers of one sequence. Elements; tensor parallelism divides them.
struct SequenceState {
  i64 conv = 0;                        // tokens that its convolution looks back
  i64 channels = 0;                    // of the convolution, beside those of groups
  i64 groups = 0, group_channels = 0;  // each rank has at least one group
  i64 recurrent = 0;
  bool recurrent_f32 = false;  // else as the model's own type
  i64 snapshots = 2;           // blocks of a request where prefixes are kept
  bool delta = false;          // gated delta net
  bool operator==(const SequenceState&) const = default;
};

// One cache of the model; a block of some families has two.
struct PagedLayer {
  PageKind kind = PageKind::full;
  i64 heads = 0;   // with K and V; 1 for latent
  i64 head_k = 0;  // elements of one
  i64 head_v = 0;  // 0 for latent
  i64 window = 0;  // tokens; only of sliding and chunked
  SequenceState state;
  bool operator==(const PagedLayer&) const = default;
};

// A model as its config.json describes it.
struct Checkpoint {
  std::string model_type;               // of the text model, "qwen3"
  std::string unknown_reason;           // why there are no layers; empty when known
  std::optional<Tokens> max_model_len;  // that vLLM derives; nullopt: not known
  std::optional<Tokens> original_len;   // before its window was stretched; nullopt: it was not
  std::optional<Bytes> weights_bytes;   // of all cards together; nullopt: not known
  bool weights_exact = false;           // of its files, not reckoned from the sizes of matrices
  i64 heads = 0;                        // query heads, which tensor parallelism must divide
  std::vector<PagedLayer> layers;       // in the order of the model
  std::vector<std::string> notes;       // what a reader should know, one sentence each

  bool known() const { return !layers.empty(); }
};

// As a server is started; flags of `vllm serve`.
struct VllmSettings {
  std::string kv_cache_dtype = "auto";
  i64 block_size = 16;
  i64 max_num_batched_tokens = 2048;
  i64 max_num_seqs = 256;
  i64 tensor_parallel = 1;
  bool prefix_caching = true;
  bool hybrid_manager = true;
  bool async_scheduling = true;
  std::string version = "0.33.0";  // whose rules hold
};

// Groups of layers that are kept alike, each with a list of blocks of its own for every request.
struct BlockGroup {
  PageKind kind = PageKind::full;
  i64 groups = 1;
  i64 layers = 0;                 // of each
  i64 block_size = 0;             // tokens; 0: the whole window
  Bytes page_bytes = 0;           // of one layer and block
  i64 window = 0;                 // tokens
  i64 snapshots = 0;              // blocks that a state takes
  std::vector<BlockGroup> sizes;  // layers of several sizes side by side; page_bytes is their sum
};

struct BlockLayout {
  std::vector<BlockGroup> groups;
  i64 block_size = 0;         // tokens of an attention block
  Bytes bytes_per_block = 0;  // of one card
  i64 in_flight = 0;          // tokens that may be worked on at once
  bool null_block = true;     // one block is kept back
};

// One window of that layout.
struct VllmLength {
  Tokens max_model_len = 0;
  i64 blocks_per_request = 0;
  Bytes needed_bytes = 0;                 // of one request of that length
  std::optional<Bytes> usable;            // what was named, but for a block that is kept back
  std::optional<i64> num_blocks;          // these: nullopt where no memory was named
  std::optional<double> max_concurrency;  // requests of that length; also nullopt where it is refused
  std::optional<bool> refused;
  std::optional<Tokens> beyond;         // the model's window, where this one is larger and so refused
  std::optional<Tokens> estimated_len;  // that would fit, of a refusal; 0: none
};

// What a share of a card leaves for the cache, by the two ends of what is beside weights and cache. Negative:
// it does not start.
struct VllmShare {
  double share = 0;
  Bytes total = 0;      // of the card, as CUDA has it
  Bytes requested = 0;  // the share of it
  Bytes weights = 0;    // on one card
  Bytes available_low = 0, available_high = 0;
};

// What a running vLLM says of itself; nullopt and "": it does not.
struct VllmServer {
  std::string url, version;
  std::string model;                    // as requests name it
  std::string root;                     // as it was started: a folder, or a name on the hub
  std::optional<Tokens> max_model_len;  // of one request
  std::optional<i64> num_blocks, block_size;
  std::optional<double> max_concurrency;  // requests of max_model_len at once
  std::optional<double> share;            // --gpu-memory-utilization
  std::optional<Bytes> cache_bytes;       // --kv-cache-memory-bytes
  std::string cache_dtype;                // --kv-cache-dtype
  std::optional<bool> prefix_caching;
};

// What `inspect --target vllm` tells.
struct VllmInspection {
  std::string model;  // as it was named
  Checkpoint checkpoint;
  VllmSettings settings;
  std::optional<BlockLayout> layout;
  std::string unknown;  // why there is none
  std::optional<Bytes> available;
  std::optional<VllmShare> share;
  std::optional<VllmServer> server;  // where one was asked
  std::vector<VllmLength> lengths;
  std::optional<Tokens> auto_max_model_len;  // nullopt: no memory was named, or none fits
};

// "FullAttention", as vLLM has it.
std::string_view word(PageKind kind);

// "ctxcap.vllm/1", indented.
std::string vllm_json(const VllmInspection& inspection);

// What vLLM says when it refuses that window; empty: it does not, or nobody knows.
std::string refusal_text(const VllmLength& length);

// A number of tokens as its flags take it: 8192, 25.6k (x 1000), 8K (x 1024). nullopt: it is none.
std::optional<Tokens> vllm_tokens(std::string_view text);

}  // namespace ctxcap
