#include "memory/load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/backends.hpp"
#include "memory/flash_attention.hpp"

namespace ctxcap::memory {
namespace {

constexpr i64 kPadding = 256;                       // llama.cpp's cell padding, flash attention or not
constexpr i64 kMaxSequences = 256;                  // LLAMA_MAX_SEQ
constexpr i64 kMaxTokens = (1LL << 32) - kPadding;  // n_ctx is 32 bits wide

Error refused(std::string why, std::string hint) {
  return {.kind = ErrorKind::failure,
          .what = "llama.cpp would not load this",
          .why = std::move(why),
          .hint = std::move(hint)};
}

Status check_range(std::string_view what, i64 value, i64 low, i64 high) {
  if (value >= low && value <= high) return {};
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} of {} cannot be", what, value),
               .why = fmt::format("llama.cpp takes {} to {}", low, high),
               .hint = "ctxcap inspect --help"});
}

Result<KvType> cache_type(std::string_view name) {
  if (const KvType* type = kv_type(name)) return *type;
  std::string known;
  for (const KvType& type : kv_types()) known += fmt::format("{}{}", known.empty() ? "" : ", ", type.name);
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("'{}' is not a cache type", name),
       .why = fmt::format("llama.cpp knows {}; with any other OLLAMA_KV_CACHE_TYPE no model loads", known),
       .hint = "--kv-type q8_0"});
}

// Every quantised row must be whole blocks, per head where flash attention reads it.
Status check_blocks(char which, const KvType& type, i64 width, std::string_view of) {
  if (!type.quantized() || width % type.elements == 0) return {};
  return fail(refused(fmt::format("{} cache type {} with block size {} does not divide {}={}", which,
                                  type.name, type.elements, of, width),
                      "--kv-type f16"));
}

Status check_types(const ModelArch& arch, const Load& load, FlashAttention asked) {
  for (const Layer& layer : arch.layers) {
    // Checked before `auto` is resolved.
    if (asked != FlashAttention::off) {
      TRY(check_blocks('K', load.k, layer.head_k, "n_embd_head_k"));
      TRY(check_blocks('V', load.v, layer.head_v, "n_embd_head_v"));
    }
    TRY(check_blocks('K', load.k, layer.k_width, "n_embd_k_gqa"));
    TRY(check_blocks('V', load.v, layer.v_width, "n_embd_v_gqa"));
  }
  if (load.v.quantized() && !load.flash_attention) {
    return fail(
        refused("V cache quantization requires flash_attn", "--flash-attention on, or --kv-type f16"));
  }
  const bool latent = std::any_of(arch.layers.begin(), arch.layers.end(),
                                  [](const Layer& layer) { return layer.kind == LayerKind::latent; });
  if (latent && load.k.name != load.v.name) {
    return fail(refused(fmt::format("model does not support different K ({}) and V ({}) cache types",
                                    load.k.name, load.v.name),
                        fmt::format("--kv-type {}", load.k.name)));
  }
  return {};
}

// llama.cpp probes its graph: flash attention stays off where the device could not run it, unless V needs it.
bool flash_attention_used(const ModelArch& arch, const Load& load, FlashAttention asked) {
  if (arch.no_flash_attention) return false;
  if (asked != FlashAttention::automatic) return asked == FlashAttention::on;
  return !load.cuda || load.v.quantized() || flash_attention_fits(arch, load.k, load.v);
}

}  // namespace

Result<Load> plan_load(const ModelArch& arch, i64 total_ctx, const RuntimeSettings& settings) {
  TRY(check_range("a window", total_ctx, 1, kMaxTokens));
  TRY(check_range("a number of slots", settings.parallel, 1, kMaxSequences));
  TRY(check_range("a batch", settings.num_batch.value_or(1), 1, kMaxTokens));
  TRY(check_range("a draft length", settings.draft_tokens, 0, kMaxSequences));
  TRY(check_range("a number of layers", settings.gpu_layers.value_or(0), 0, kMaxTokens));
  TRY(check_range("a number of blocks", settings.cpu_experts, 0, kMaxTokens));
  TRY(check_range("an overhead", settings.overhead.value_or(0), 0, 1LL << 60));
  const Backend* where = backend(settings.backend);
  if (where == nullptr) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("'{}' is not a backend", settings.backend),
                 .why = "buffers are known for cuda, cpu, rocm, vulkan and metal",
                 .hint = "--backend cuda"});
  }
  Load load{.sequences = settings.parallel,
            .unified = settings.unified,
            .full_window_cache = settings.full_window_cache};
  const i64 asked_batch = settings.num_batch.value_or(automatic_batch(arch, total_ctx, settings));
  load.batch = arch.causal ? std::min(asked_batch, total_ctx) : asked_batch;
  const i64 padded = round_up(total_ctx, kPadding);
  load.streams = load.unified && !arch.sequences_apart ? 1 : load.sequences;
  load.state_copies = arch.state_per_draft ? 1 + settings.draft_tokens : 1;
  if (arch.needs_target && !settings.beside_target) {
    return fail(refused(fmt::format("{} requires ctx_other to be set", arch.architecture),
                        "look at the model that it drafts for"));
  }
  if (arch.no_draft_graph && settings.beside_target) {
    return fail(refused("this model has draft blocks, but there is no MTP graph for it", "no drafts"));
  }
  if (arch.one_stream && load.streams > 1) {
    return fail(refused(
        fmt::format("this model takes one sequence at a time; llama.cpp aborts with {}", load.streams),
        "--parallel 1"));
  }
  load.cells = load.unified ? padded : round_up(padded / load.sequences, kPadding);
  TRY_ASSIGN(load.k, cache_type(settings.kv_type_k));
  TRY_ASSIGN(load.v, cache_type(settings.kv_type_v));
  load.gpu = where->gpu;
  load.cuda = where->cuda_buffers;
  load.flash_attention = flash_attention_used(arch, load, settings.flash_attention);
  TRY(check_types(arch, load, settings.flash_attention));
  return load;
}

}  // namespace ctxcap::memory
