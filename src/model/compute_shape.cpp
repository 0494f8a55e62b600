// Widths of the widest points of llama.cpp's graphs. The general form is the same everywhere: the residual
// stream and its norm (2 x embedding), what a part computes side by side (gate, up and their product: 3 x
// width), and the attention output where that is still needed. Architectures differ in a few of these; the
// table says how. Coefficients were read off 900 measured buffers; memory/compute.cpp says how well they fit.

#include "model/compute_shape.hpp"

#include <algorithm>

#include "model/compute_keys.hpp"
#include "model/compute_quirks.hpp"
#include "model/compute_special.hpp"

namespace ctxcap::model {
namespace {

// Head dims come from the layers, which know which block has which.
void read_attention(Lenient& keys, const ModelArch& arch, ComputeShape& shape) {
  i64 head_k = 0, head_v = 0;
  for (const Layer& layer : arch.layers) {
    head_k = std::max(head_k, keys.sane(layer.head_k));
    head_v = std::max(head_v, keys.sane(layer.head_v));
  }
  shape.heads = shape.full_heads = keys.heads(head_v);
  if (const std::vector<i64> heads = keys.each("attention.head_count"); heads.size() >= arch.layers.size()) {
    i64 full = 0;
    for (std::size_t i = 0; i < arch.layers.size(); ++i)
      if (arch.layers[i].kind != LayerKind::window) full = std::max(full, keys.sane(heads[i]));
    shape.full_heads = full;
  }
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
    // Attention beside the experts reads the same input, and its output waits for theirs.
    if (architecture == "cohere2moe") floats += output;
    shape.experts_freed = shape.freed;
  }
  shape.experts = shared > 0 ? std::max(floats, 3 * shared + 4 * e) : floats;

  // Where nothing is added behind the experts, CUDA has nothing to keep them for.
  constexpr std::string_view kNothingKept[] = {"gpt-oss",      "maple",      "llama",  "llama4",
                                               "ernie4_5-moe", "deepseek32", "glm-dsa"};
  const bool kept =
      used >= 2 && used <= 15 &&
      std::find(std::begin(kNothingKept), std::end(kNothingKept), architecture) == std::end(kNothingKept);
  shape.fused = kept ? used * e : 0;
  shape.chosen = used * e;
  shape.joined = quirk.joined ? used * e : 0;
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
    shape.state = 13 * inner / 2;
    shape.state_per_draft = inner * keys.get("ssm.state_size");
    shape.state_per_sequence = 2 * shape.state_per_draft;
  } else if (inner > 0) {
    shape.state = 5 * inner + 2 * e + 6 * groups * keys.get("ssm.state_size") +
                  (groups > 0 ? keys.get("ssm.time_step_rank") : 0);
    const bool newer = arch.build.llama >= LlamaBuild::v0_4_0;
    if (architecture == "mamba2" && newer) shape.state += inner;
    if (architecture == "nemotron_h" || architecture == "nemotron_h_moe") shape.state += e;
    if (architecture == "nemotron_h_moe" && newer) shape.state += e;
    shape.state_per_draft = inner * keys.get("ssm.state_size");
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

}  // namespace

void read_compute(const ModelDescription& description, std::string_view architecture, ModelArch& arch) {
  Lenient keys(description);
  const Quirk quirk = quirk_of(architecture);
  ComputeShape& shape = arch.compute;
  const i64 e = shape.embedding = keys.get("embedding_length");
  const i64 deepstack = keys.get("n_deepstack_layers");
  shape.inputs = quirk.input_kept ? -e : e * (1 + deepstack);
  shape.output_live = quirk.output_live;
  shape.parallel = quirk.parallel;
  shape.parallel_extra = quirk.dense_rows > 1 ? e : 0;
  shape.encoder = !arch.causal;
  const i64 per_layer = keys.get("embedding_length_per_layer_input") * static_cast<i64>(arch.layers.size());
  shape.extra = per_layer + quirk.extra_embeddings * e + deepstack * e;
  read_attention(keys, arch, shape);

  if (quirk.output_live && !quirk.parallel && !quirk.output_kept && deepstack == 0 && shape.latent == 0)
    shape.freed = shape.output;
  const bool experts_only = keys.get("expert_count") > 0 && keys.get("leading_dense_block_count") == 0;
  const i64 width = keys.feed_forward();
  if (width > 0 && !experts_only) {
    // Where it is narrow, what gate and up make takes the place of the norm before them.
    const i64 rows = quirk.dense_rows == 3 && width <= e ? 2 : quirk.dense_rows;
    shape.feed_forward = rows * width + 2 * e + (quirk.output_live ? shape.output : 0);
    if (rows < quirk.dense_rows) shape.freed = 0;
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
