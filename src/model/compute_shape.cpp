// Widths of the widest points of llama.cpp's graphs. The general form is the same everywhere: the residual
// stream and its norm (2 x embedding), what a part computes side by side (gate, up and their product: 3 x
// width), and the attention output where that is still needed. Architectures differ in a few of these; the
// table says how. Coefficients were read off 900 measured buffers; memory/compute.cpp says how well they fit.

#include "model/compute_shape.hpp"

#include <algorithm>

#include "model/blocks.hpp"

namespace ctxcap::model {
namespace {

struct Quirk {
  std::string_view architecture;
  i64 dense_rows = 3;  // rows of feed-forward width alive at once: 1 without a gate
  i64 expert_rows = 3;
  bool output_live = true;  // see ComputeShape
  bool parallel = false;
  i64 extra_embeddings = 0;   // rows of embedding width alive through the whole graph
  bool shared_expert = true;  // a shared expert runs beside the chosen ones
  i64 attention_queries = 0;  // rows of query width at attention; 0: query and output
};

constexpr Quirk kQuirks[] = {
    {.architecture = "falcon", .dense_rows = 1, .parallel = true},
    {.architecture = "starcoder2", .dense_rows = 1},
    {.architecture = "bert", .dense_rows = 1, .output_live = false},
    {.architecture = "jina-bert-v2", .output_live = false},
    {.architecture = "jina-bert-v3", .dense_rows = 1, .output_live = false},
    {.architecture = "nomic-bert", .output_live = false},
    {.architecture = "nomic-bert-moe", .output_live = false},
    {.architecture = "phi3", .output_live = false},
    {.architecture = "plamo3", .output_live = false},
    {.architecture = "jamba", .output_live = false},
    {.architecture = "lfm2", .output_live = false},
    {.architecture = "lfm2moe", .output_live = false},
    {.architecture = "qwen3next", .output_live = false, .attention_queries = 5},
    {.architecture = "qwen35", .output_live = false, .attention_queries = 5},
    {.architecture = "qwen35moe", .output_live = false, .attention_queries = 5},
    {.architecture = "command-r", .parallel = true},
    {.architecture = "cohere2", .parallel = true, .extra_embeddings = 1},
    {.architecture = "stablelm", .parallel = true},
    {.architecture = "gemma3n", .extra_embeddings = 6},
    {.architecture = "plamo2", .extra_embeddings = 1},
    {.architecture = "nemotron_h", .dense_rows = 2, .extra_embeddings = 1},
    {.architecture = "nemotron_h_moe", .expert_rows = 1, .shared_expert = false},
    {.architecture = "granitehybrid", .shared_expert = false},
    {.architecture = "granite_swa", .shared_expert = false},
    {.architecture = "hy_v3", .shared_expert = false},
    {.architecture = "jais2", .dense_rows = 1},
    {.architecture = "cogvlm", .output_live = false},
};

Quirk quirk_of(std::string_view architecture) {
  for (const Quirk& quirk : kQuirks) {
    if (quirk.architecture == architecture) return quirk;
  }
  return {.architecture = architecture};
}

// 0 where a key is missing, withheld or nonsense. Products of a few of these values stay far below 64 bits.
class Lenient {
 public:
  explicit Lenient(const ModelDescription& description) : keys_(description) {}
  i64 get(std::string_view key) { return largest(values(key)); }
  // Feed-forward width of the widest block but the last; from the tensors where the list was withheld.
  i64 feed_forward() {
    std::vector<i64> all = keys_.is_withheld("feed_forward_length") ? extents(&Block::ff_columns)
                                                                    : values("feed_forward_length");
    if (all.size() > 1) all.pop_back();
    return largest(all);
  }
  // Query heads of the block that has most, whose V heads are `head_v` wide.
  i64 heads(i64 head_v) {
    if (!keys_.is_withheld("attention.head_count")) return get("attention.head_count");
    return head_v > 0 ? largest(extents(&Block::output_columns)) / head_v : 0;
  }
  i64 sane(i64 value) {
    constexpr i64 kLargest = 1 << 24;
    absurd_ = absurd_ || value > kLargest;
    return std::min(value, kLargest);
  }
  bool absurd() const { return absurd_; }

 private:
  std::vector<i64> values(std::string_view key) {
    return keys_.has(key) ? keys_.find_each(key).value_or(std::vector<i64>()) : std::vector<i64>();
  }
  std::vector<i64> extents(std::optional<i64> Block::*extent) {
    std::vector<i64> all;
    for (const Block& block : blocks_of(keys_.description().tensors, keys_.blocks())) {
      all.push_back((block.*extent).value_or(0));
    }
    return all;
  }
  i64 largest(const std::vector<i64>& values) {
    return values.empty() ? 0 : sane(*std::max_element(values.begin(), values.end()));
  }

  Keys keys_;
  bool absurd_ = false;
};

// Head dims come from the layers, which know which block has which.
void read_attention(Lenient& keys, const ModelArch& arch, ComputeShape& shape) {
  i64 head_k = 0, head_v = 0;
  for (const Layer& layer : arch.layers) {
    head_k = std::max(head_k, keys.sane(layer.head_k));
    head_v = std::max(head_v, keys.sane(layer.head_v));
  }
  shape.heads = keys.heads(head_v);
  const i64 mla_k = keys.get("attention.key_length_mla"), mla_v = keys.get("attention.value_length_mla");
  const bool latent = mla_k != 0 && mla_v != 0;
  shape.query = shape.heads * (latent ? mla_k : head_k);
  shape.output = shape.heads * (latent ? mla_v : head_v);
  if (latent) shape.latent = shape.heads * (head_k + head_v + mla_k + mla_v) + 2 * shape.embedding;
}

void read_experts(Lenient& keys, std::string_view architecture, const Quirk& quirk, ComputeShape& shape) {
  const i64 used = keys.get("expert_count") > 0 ? keys.get("expert_used_count") : 0;
  if (used == 0) return;
  i64 width = keys.get("expert_feed_forward_length");
  if (width == 0) width = keys.feed_forward();
  i64 shared = keys.get("expert_shared_feed_forward_length");
  if (shared == 0) shared = width * (architecture == "llama4" ? 1 : keys.get("expert_shared_count"));

  const i64 e = shape.embedding;
  i64 floats = quirk.expert_rows * used * width;
  // The result reuses the space of gate and up where it fits there.
  if (e > (quirk.expert_rows - 1) * width) floats += used * e;
  const i64 output = quirk.output_live ? shape.output : 0;
  if (architecture == "nemotron_h_moe") {
    floats += 3 * e;
  } else if (shared > 0 && quirk.shared_expert && shape.latent == 0) {
    floats += 5 * e / 2;
  } else {
    floats += 2 * e + output;
  }
  shape.experts = shared > 0 ? std::max(floats, 3 * shared + 4 * e) : floats;

  // Where nothing is added behind the experts, CUDA has nothing to keep them for.
  constexpr std::string_view kNothingKept[] = {"gpt-oss",      "maple",      "llama",  "llama4",
                                               "ernie4_5-moe", "deepseek32", "glm-dsa"};
  const bool kept =
      used >= 2 && used <= 15 &&
      std::find(std::begin(kNothingKept), std::end(kNothingKept), architecture) == std::end(kNothingKept);
  shape.fused = kept ? used * e : 0;
}

void read_state(Lenient& keys, std::string_view architecture, const ModelArch& arch, ComputeShape& shape) {
  const i64 e = shape.embedding;
  const i64 inner = keys.get("ssm.inner_size"), groups = keys.get("ssm.group_count");
  if (keys.get("wkv.head_size") > 0) {
    shape.state = (architecture == "rwkv7" || architecture == "arwkv7" ? 18 : 13) * e;
    shape.state_per_sequence = 2 * e * (keys.get("wkv.head_size") + 1);
    shape.feed_forward = 0;
  } else if (architecture == "qwen3next" || architecture == "qwen35" || architecture == "qwen35moe" ||
             architecture == "qwen4exp") {
    shape.state = 7 * inner;
  } else if (inner > 0) {
    shape.state = 6 * inner + 6 * groups * keys.get("ssm.state_size") +
                  (groups > 0 ? keys.get("ssm.time_step_rank") : 0);
    if (architecture == "mamba2" && arch.build.llama >= LlamaBuild::v0_4_0) shape.state += inner;
    for (const Layer& layer : arch.layers) {
      constexpr i64 kLargestState = 1LL << 50;  // elements
      if (layer.state.size() != 2) continue;
      shape.state_per_sequence =
          2 * std::min(layer.state[0], kLargestState) + std::min(layer.state[1], kLargestState);
    }
  }
}

// 0: neither a key nor a tensor tells.
i64 vocabulary(Lenient& keys, const ModelDescription& description) {
  if (const i64 told = keys.get("vocab_size"); told > 0) return told;
  for (const Tensor& tensor : description.tensors) {
    const bool embedding = tensor.name == "token_embd.weight" && tensor.shape.size() == 2;
    if (embedding) return keys.sane(tensor.shape[1]);
  }
  return 0;
}

// Sparse attention and position biases: terms that grow with the window, and graphs of a form of their own.
void read_special(Lenient& keys, std::string_view architecture, const ModelArch& arch, ComputeShape& shape) {
  const auto blocks = static_cast<i64>(arch.layers.size());
  const auto indexers = std::count_if(arch.layers.begin(), arch.layers.end(),
                                      [](const Layer& layer) { return !layer.side.empty(); });
  const i64 e = shape.embedding;
  const i64 heads = std::max<i64>(shape.heads, 1);
  if (architecture == "deepseek32" || architecture == "glm-dsa") {
    shape.cell_base = shape.latent + e;
    shape.per_cell = 1;
    shape.per_cell_long = 2;
    shape.band = 0.25;
    if (architecture == "deepseek32" && arch.build.llama == LlamaBuild::b9000) {
      // The scores of all indexer heads are kept.
      shape.cell_base = 57 * e / 2;
      shape.per_cell = 2 * static_cast<double>(keys.get("attention.indexer.head_count")) + 1.5;
      shape.per_cell_long = 0;
      shape.cells_of_slot = true;
    }
  } else if (architecture == "minimax-m3") {
    shape.cell_base = 2 * shape.query +
                      2 * keys.get("attention.head_count_kv") * (shape.query + shape.output) / heads + 6 * e;
    shape.per_cell = 2.0 * static_cast<double>(keys.get("attention.indexer.head_count")) + 1.1;
    shape.band = 0.25;
  } else if (architecture == "deepseek4") {
    shape.cell_base = 3 * shape.query + 13 * e / 2;
    shape.per_cell = 0.27;
    shape.band = 0.25;
  } else if (architecture == "t5") {
    shape.cell_base = 4 * e;
    shape.per_cell = 3.83 * static_cast<double>(shape.heads);
    shape.band = 0.25;
  } else if (architecture == "qwen4exp") {
    shape.cell_base = 26 * e;
    shape.per_cell = static_cast<double>(keys.get("attention.indexer.head_count")) / 2 + 0.92;
    shape.cells_of_slot = true;
    shape.scores_beside = 1.72;
    shape.band = 0.25;
  } else if (architecture == "glm5-next") {
    // Grows with the number of blocks that have an indexer.
    shape.cell_base = 26 * e + 27 * e * indexers / 50;
    shape.cell_base_long = 20 * e + 27 * e * indexers / 50;
    shape.per_cell = 0.49 * static_cast<double>(indexers) + 0.15;
    shape.per_cell_long = 0.49 * static_cast<double>(indexers) + 0.82;
    shape.cells_of_slot = true;
    shape.band = 0.35;
  } else if (architecture == "dots3note") {
    shape.cell_base = 120'000;
    shape.per_cell = 2;
    shape.band = 0.5;
  } else if (architecture == "hy_v4") {
    shape.cell_base = 130'000;
    shape.per_cell = keys.get("attention.indexer.top_k") > 0 ? 2.2 : 0;
    shape.band = 0.5;
  } else if (architecture == "kimi-k3") {
    // What each group of blocks left behind is kept for the attention over them.
    const i64 group = std::max<i64>(1, keys.get("attn_res.block_size"));
    shape.state = 4 * ((blocks + group - 1) / group) * e + e;
    shape.scores_beside = 1;
    shape.band = 0.25;
  } else if (architecture == "minimax-01") {
    shape.state = 7 * shape.query;
    shape.per_batch = 3.0 * static_cast<double>(shape.heads);
    shape.experts_per_batch = static_cast<double>(shape.heads);
  } else if (architecture == "t5encoder") {
    shape.state = 4 * e;
    shape.per_batch = 4.5 * static_cast<double>(shape.heads);
    shape.band = 0.36;  // on the CPU less
  } else if (architecture == "eagle3" || architecture == "dflash") {
    shape.all_logits = true;
  } else if (architecture == "gemma-embedding" || architecture == "modern-bert") {
    shape.masks = 2;
  } else if (shape.extra > 0 && architecture == "gemma4") {
    shape.band = 0.30;  // the E models lie up to 30 % above on real GPUs
  }
}

}  // namespace

void read_compute(const ModelDescription& description, std::string_view architecture, ModelArch& arch) {
  Lenient keys(description);
  const Quirk quirk = quirk_of(architecture);
  ComputeShape& shape = arch.compute;
  const i64 e = shape.embedding = keys.get("embedding_length");
  const i64 deepstack = keys.get("n_deepstack_layers");
  shape.inputs = e * (1 + deepstack);
  shape.output_live = quirk.output_live;
  shape.parallel = quirk.parallel;
  shape.parallel_extra = quirk.dense_rows > 1 ? e : 0;
  shape.encoder = !arch.causal;
  const i64 per_layer = keys.get("embedding_length_per_layer_input") * static_cast<i64>(arch.layers.size());
  shape.extra = per_layer + quirk.extra_embeddings * e + deepstack * e;
  read_attention(keys, arch, shape);

  const bool experts_only = keys.get("expert_count") > 0 && keys.get("leading_dense_block_count") == 0;
  const i64 width = keys.feed_forward();
  if (width > 0 && !experts_only) {
    shape.feed_forward = quirk.dense_rows * width + 2 * e + (quirk.output_live ? shape.output : 0);
  }
  read_experts(keys, architecture, quirk, shape);
  read_state(keys, architecture, arch, shape);
  shape.attention = 2 * e + (quirk.attention_queries > 0 ? quirk.attention_queries * shape.query
                                                         : shape.query + shape.output);
  read_special(keys, architecture, arch, shape);
  shape.vocabulary = vocabulary(keys, description);
  if (keys.absurd()) shape = {};
}

}  // namespace ctxcap::model
