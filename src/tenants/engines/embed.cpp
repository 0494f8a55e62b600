// Text embedders of sentence-transformers: one pass over a batch, padded to its longest text.

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "tenants/encoder.hpp"

namespace ctxcap::tenants {
namespace {

// What is kept for the context where a batch is to fit: more than the middle, since nothing may overflow.
constexpr Bytes kContextBeside = Bytes{500} << 20;
constexpr Tokens kUsualTokens = 512;
constexpr i64 kUsualBatch = 32, kMostBatch = 1 << 20;
constexpr i64 kSlack = 2;  // a half more: what the allocator had reserved at the peak of a healthy snapshot

struct Embedding {
  Encoder model;
  Pass pass;
  std::string type;
  Bytes weights = 0;
  std::optional<Bytes> context;  // as somebody says

  Bytes beside() const { return weights + context.value_or(kContextBeside); }
  Bytes with_batch(i64 batch) const {
    Pass other = pass;
    other.batch = batch;
    return batch == 0 ? 0 : other.bytes(model);
  }
};

Tokens at_share(const Histogram& lengths, double share) {
  const auto rank = static_cast<i64>(std::ceil(share * static_cast<double>(lengths.count())));
  return lengths.at_rank(std::clamp<i64>(rank, 1, lengths.count()));
}

Result<Embedding> embedding_of(const Asked& asked) {
  Embedding e;
  TRY_ASSIGN(e.model, encoder_of(asked));
  e.type = asked.one_of({"float32", "float16", "bfloat16"}, "float32");
  e.pass.size = e.type == "float32" ? 4 : 2;
  e.pass.eager = asked.has("eager") || e.model.kind == EncoderKind::mpnet;
  TRY_ASSIGN(e.pass.cache, asked.truth("use_cache", e.model.decodes()));
  TRY_ASSIGN(e.pass.padded, asked.truth("padding", true));
  const Tokens usual = asked.lengths ? e.model.longest : std::min(e.model.longest, kUsualTokens);
  TRY_ASSIGN(e.pass.tokens, asked.whole("tokens", usual, 1, 1 << 20));
  if (asked.lengths) e.pass.tokens = std::clamp<Tokens>(asked.lengths->max(), 1, e.pass.tokens);
  TRY_ASSIGN(e.pass.batch, asked.whole("batch", kUsualBatch, 1, kMostBatch));
  e.weights = e.model.parameters * e.pass.size;
  if (asked.values.contains("context")) {
    TRY_ASSIGN(e.context, asked.size("context", 0));
  }
  return e;
}

i64 largest_within(const Embedding& e, Bytes room) {
  i64 fits = 0, above = kMostBatch + 1;
  while (above - fits > 1) {
    const i64 middle = fits + (above - fits) / 2;
    (e.with_batch(middle) <= room ? fits : above) = middle;
  }
  return fits;
}

// (free - 2) / 0.08, in GiB, within 32 and 128.
ConstantRule constant_rule(const Embedding& e, Bytes free) {
  const double gib = static_cast<double>(free) / static_cast<double>(Bytes{1} << 30);
  const i64 batch = std::clamp(static_cast<i64>((gib - 2.0) / 0.08), i64{32}, i64{128});
  const Bytes bytes = e.beside() + e.with_batch(batch);
  return {batch, bytes, bytes <= free};
}

// A server that lays texts side by side pads nothing, has no mask and keeps no cache.
Tokens flat_tokens_within(const Embedding& e, Bytes room) {
  const i64 wide =
      e.model.decodes() ? 3 * e.model.inner + 4 * e.model.hidden : 2 * e.model.inner + 3 * e.model.hidden;
  return std::max<Bytes>(0, room) / (e.pass.size * wide);
}

BatchAdvice advised(const Embedding& e, Bytes free) {
  const Bytes room = free - e.beside(), tenth = free / 10;
  BatchAdvice batch{.free = free, .largest = largest_within(e, room), .length = e.pass.tokens};
  batch.tokens = batch.largest * e.pass.tokens;
  batch.bytes = e.with_batch(batch.largest);
  batch.total = e.beside() + batch.bytes;
  batch.with_margin = largest_within(e, room - tenth);
  batch.flat_tokens = flat_tokens_within(e, room - tenth);
  batch.constant = constant_rule(e, free);
  return batch;
}

void advise_settings(const Embedding& e, std::vector<Advice>& advice) {
  const Bytes now = e.pass.bytes(e.model);
  if (e.pass.size == 4) {
    Pass half = e.pass;
    half.size = 2;
    advice.push_back(
        {"dtype", e.weights / 2 + now - half.bytes(e.model),
         "torch_dtype=float16: without it a float16 file is loaded as float32 (transformers 4)"});
  }
  if (e.pass.eager && e.model.kind != EncoderKind::mpnet) {
    Pass fused = e.pass;
    fused.eager = false;
    advice.push_back(
        {"attention", now - fused.bytes(e.model), "attn_implementation=\"sdpa\": no scores are kept"});
  }
  if (e.pass.cache && e.model.decodes()) {
    Pass none = e.pass;
    none.cache = false;
    advice.push_back({"use_cache", now - none.bytes(e.model),
                      "use_cache=False: a pass that only embeds needs no cache of keys and values"});
  }
}

// Where few texts are much longer than the others.
void advise_tail(const Embedding& e, const Asked& asked, std::vector<Advice>& advice) {
  if (!asked.lengths || !asked.free) return;
  Embedding most = e;
  most.pass.tokens = std::clamp<Tokens>(at_share(*asked.lengths, 0.95), 1, e.pass.tokens);
  if (2 * most.pass.tokens > e.pass.tokens) return;
  advice.push_back(
      {"two-runs", std::nullopt,
       fmt::format("95 % of the texts have at most {} tokens: in a run of their own, with the longer "
                   "ones cut or apart, {} fit at once",
                   with_commas(most.pass.tokens),
                   with_commas(largest_within(most, *asked.free - most.beside())))});
}

std::vector<std::string> limits_of(const Embedding& e, const Asked& asked) {
  std::vector<std::string> limits;
  if (!asked.lengths)
    limits.push_back(
        fmt::format("texts of {} tokens: encode() sorts, so its first batch is padded to the longest "
                    "text; --lengths FILE says how long yours are",
                    with_commas(e.pass.tokens)));
  if (e.pass.eager && e.model.decodes())
    limits.emplace_back("this family's pass was seen in few runs, on a CPU");
  limits.emplace_back(
      "activations are those of PyTorch's allocator on a CPU, within 1 %; on CUDA a mask may have "
      "another layout");
  return limits;
}

Result<TenantNeed> embed_need(const Asked& asked) {
  TRY_ASSIGN(const Embedding e, embedding_of(asked));
  TenantNeed need = need_for(asked, e.model.name);
  need.settings = {{"type", e.type},
                   {"attention", e.pass.eager ? "eager" : "sdpa"},
                   {"batch", std::to_string(e.pass.batch)},
                   {"tokens", std::to_string(e.pass.tokens)},
                   {"padding", e.pass.padded ? "true" : "false"}};
  if (e.model.decodes()) need.settings.emplace_back("use_cache", e.pass.cache ? "true" : "false");
  const Bytes kv = e.pass.kv(e.model), rest = e.pass.bytes(e.model) - kv;
  need.parts = {{.name = "weights",
                 .bytes = e.weights,
                 .exact = true,
                 .source = fmt::format("{} parameters in {}", with_commas(e.model.parameters), e.type)}};
  if (kv > 0)
    need.parts.push_back({.name = "kv",
                          .bytes = kv,
                          .exact = true,
                          .source = "keys and values of every layer, which it keeps during a pass"});
  need.parts.push_back(
      {.name = "activations",
       .bytes = rest,
       .low = rest - rest / 100,
       .high = rest + rest / kSlack,
       .source = "the largest layer's tensors; upwards what the allocator may hold beside them"});
  need.parts.push_back(context_part());
  if (e.context) {
    TenantPart& context = need.parts.back();
    context.bytes = context.low = *e.context;
    context.high = *e.context;
    context.source = "context, as was said";
  }
  need.limits = limits_of(e, asked);
  if (asked.free) need.batch = advised(e, *asked.free);
  advise_settings(e, need.advice);
  advise_tail(e, asked, need.advice);
  if (need.batch && need.batch->flat_tokens.value_or(0) > 0)
    need.advice.push_back(
        {"tei", std::nullopt,
         fmt::format("text-embeddings-inference: --max-batch-tokens {} is the knob, for nothing is "
                     "padded there (by default 16384)",
                     *need.batch->flat_tokens)});
  return need;
}

constexpr Choice kEmbedWords[] = {{"float32", "what transformers 4 loads, whatever the file has"},
                                  {"float16", "half"},
                                  {"bfloat16", "as float16"},
                                  {"fp32", "", "float32"},
                                  {"fp16", "", "float16"},
                                  {"bf16", "", "bfloat16"},
                                  {"half", "", "float16"},
                                  {"sdpa", "the default"},
                                  {"eager", "attention that keeps its scores"}};
constexpr Choice kEmbedKeys[] = {{"batch", "texts at once; else 32"},
                                 {"tokens", "max_seq_length, or the longest text; else 512"},
                                 {"use_cache", "of decoder-style models; else true"},
                                 {"padding", "false: all texts are equally long"},
                                 {"context", "bytes of the process, where they are known: 500MiB"},
                                 {"kind", "of a shape: bert, mpnet, modernbert, qwen2, qwen3; else bert"},
                                 {"d", "of a shape: hidden size"},
                                 {"layers", ""},
                                 {"heads", "else d / 64"},
                                 {"inner", "width of the perceptron; else 4 d, 1.5 d of modernbert"},
                                 {"kv_heads", "else heads"},
                                 {"head", "width of a head; else d / heads"},
                                 {"vocab", "else 30,522, 50,368 of modernbert"},
                                 {"positions", "else 512"},
                                 {"parameters", "instead of what follows from the shape"}};

}  // namespace

const Engine kEmbed{"embed",
                    "Text embeddings by sentence-transformers, with advice on batches",
                    "embed:gte-Qwen2-1.5B,fp16,batch=64,tokens=512",
                    encoder_names,
                    kEmbedWords,
                    kEmbedKeys,
                    embed_need,
                    true};

}  // namespace ctxcap::tenants
