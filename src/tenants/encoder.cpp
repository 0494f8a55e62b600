// What a pass takes does not depend on the number of layers, but for a cache of keys and values: one layer
// works at a time. The formulas are those of PyTorch's allocator on a CPU, real runs; on CUDA a mask may have
// another layout.

#include "tenants/encoder.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"

namespace ctxcap::tenants {
namespace {

struct KnownEncoder {
  std::string_view name, also;
  EncoderKind kind;
  i64 layers, hidden, inner, heads, kv_width, head, parameters;
  Tokens longest;
};

using enum EncoderKind;
constexpr std::array kEncoders = {
    KnownEncoder{"all-MiniLM-L6-v2", "", bert, 6, 384, 1536, 12, 0, 32, 22'713'216, 256},
    KnownEncoder{"bge-small-en-v1.5", "bge-small", bert, 12, 384, 1536, 12, 0, 32, 33'360'000, 512},
    KnownEncoder{"bge-base-en-v1.5", "bge-base", bert, 12, 768, 3072, 12, 0, 64, 109'482'240, 512},
    KnownEncoder{"bge-large-en-v1.5", "bge-large", bert, 24, 1024, 4096, 16, 0, 64, 335'141'888, 512},
    KnownEncoder{"bge-m3", "multilingual-e5-large/bge-m3", bert, 24, 1024, 4096, 16, 0, 64, 567'754'752,
                 8192},
    KnownEncoder{"multilingual-e5-large", "e5-large", bert, 24, 1024, 4096, 16, 0, 64, 559'890'432, 512},
    KnownEncoder{"all-mpnet-base-v2", "", mpnet, 12, 768, 3072, 12, 0, 64, 109'486'464, 384},
    KnownEncoder{"gte-modernbert-base", "", modernbert, 22, 768, 1152, 12, 0, 64, 149'014'272, 8192},
    KnownEncoder{"gte-Qwen2-1.5B", "gte-Qwen2-1.5B-instruct", qwen2, 28, 1536, 8960, 12, 256, 128,
                 1'543'268'864, 8192},
    KnownEncoder{"Qwen3-Embedding-0.6B", "", qwen3, 28, 1024, 3072, 16, 1024, 128, 595'776'512, 32'768},
};

constexpr std::array<std::pair<std::string_view, EncoderKind>, 8> kKinds = {{{"bert", bert},
                                                                             {"roberta", bert},
                                                                             {"xlm-roberta", bert},
                                                                             {"distilbert", bert},
                                                                             {"mpnet", mpnet},
                                                                             {"modernbert", modernbert},
                                                                             {"qwen2", qwen2},
                                                                             {"qwen3", qwen3}}};

bool same_name(std::string_view known, std::string_view given) {
  const std::string name = lowered(given);
  const std::string wanted = lowered(known);
  return !known.empty() && (name == wanted || name.ends_with("/" + wanted));
}

// By the tensors of that family; the head of a language model is not loaded.
i64 count_parameters(const Encoder& model, i64 vocabulary, i64 positions) {
  const i64 h = model.hidden, i = model.inner;
  if (model.kind == bert || model.kind == mpnet) {
    const i64 layer = 4 * h * (h + 1) + 2 * h * i + i + 5 * h;
    return (vocabulary + positions + 2) * h + 2 * h + model.layers * layer + h * (h + 1);
  }
  if (model.kind == modernbert) return vocabulary * h + model.layers * (4 * h * h + 3 * h * i + 2 * h) + h;
  const i64 q = model.heads * model.head, kv = model.kv_width;
  const i64 extra = model.kind == qwen2 ? q + 2 * kv : 2 * model.head;  // biases, or norms of each head
  return vocabulary * h + model.layers * (2 * h * q + 2 * h * kv + 3 * h * i + 2 * h + extra) + h;
}

Result<EncoderKind> kind_of(const Asked& asked, EncoderKind known) {
  const auto typed = asked.values.find("kind");
  const auto told = asked.config.find("model_type");
  if (typed == asked.values.end() && told == asked.config.end()) return known;
  const std::string& name = typed != asked.values.end() ? typed->second : told->second;
  std::vector<std::string> names;
  for (const auto& [word, kind] : kKinds) {
    if (word == lowered(name)) return kind;
    names.emplace_back(word);
  }
  return fail(not_in_catalogue("kind of model", name, names, asked));
}

// --- Elements that live at the peak of a pass, and bytes that do not depend on their type.

double bert_bytes(const Encoder& m, const Pass& pass) {
  const double n = static_cast<double>(pass.batch * pass.tokens), e = static_cast<double>(pass.size);
  const double s = static_cast<double>(pass.tokens), h = static_cast<double>(m.hidden),
               i = static_cast<double>(m.inner), heads = static_cast<double>(m.heads);
  // mpnet lays out one bias of positions for every text and head, and keeps it for the whole pass, where
  // others keep scores and their softmax beside the perceptron.
  const double kept = m.kind == mpnet ? heads * s : 2 * heads * s;
  if (pass.eager) return e * n * (std::max(3 * heads * s + 7 * h, kept + 2 * i + 3 * h) + 1);
  const double mask = pass.padded && pass.batch > 1 ? n * s : 0;
  return e * (n * (2 * i + 3 * h) + mask);
}

// By the order in which a layer frees its tensors: the residual and its norm, both H, live through attention;
// the residual, what attention made, their sum and its norm through the perceptron, 4 H.
//   perceptron   + input and gate side by side (2 I), the activated input (I) and its product with the gate
//   (I) attention    + q, k and v together (3 H), the rotated q (H), and while k is rotated its two products
//   and
//                their sum (3 H)
//   eager        + both rotated instead (2 H), scores of every head and token before and after they are
//   scaled,
//                and the sines and cosines of a text; for softmax as float32, in and out
// Beside them two masks of the model's type, of all and of the near tokens, and the positions of one text.
double modernbert_bytes(const Encoder& m, const Pass& pass) {
  const double n = static_cast<double>(pass.batch * pass.tokens), e = static_cast<double>(pass.size);
  const double s = static_cast<double>(pass.tokens), h = static_cast<double>(m.hidden),
               i = static_cast<double>(m.inner), heads = static_cast<double>(m.heads);
  const double perceptron = e * n * (4 * h + 4 * i), masks = e * n * 2 * s + 8 * s;
  if (!pass.eager) return std::max(perceptron, e * n * 9 * h) + masks;
  const double scores = heads * s * (e < 4 ? e + 8 : 2 * e), turns = 2 * s * h / heads * e;
  return std::max(perceptron, e * n * 7 * h + n * scores + turns) + masks;
}

// By the order in which a layer frees its tensors, of width H where nothing is said: the texts' embeddings
// live for the whole pass, and beside them the residual and its norm: 3 H.
//   perceptron   + the activated gate, the other projection and their product (3 I), then its output: 4 H
//   attention    + rotated q, k and v, both repeated for every head of q, and the output: 4 q + 2 kv
//   eager        scores of every head and token, in the type of the model, then for softmax once more as
//                float32, in and out; no output yet: 3 q
// A mask is a bool, and becomes the type of the model where scores are added to it. The cache of the layer at
// work is the k and v that attention has.
double decoder_bytes(const Encoder& m, const Pass& pass) {
  const double n = static_cast<double>(pass.batch * pass.tokens), e = static_cast<double>(pass.size);
  const double s = static_cast<double>(pass.tokens), h = static_cast<double>(m.hidden),
               i = static_cast<double>(m.inner), heads = static_cast<double>(m.heads),
               kv = static_cast<double>(m.kv_width), q = heads * static_cast<double>(m.head);
  const double cache = pass.cache ? 2 * kv : 0, layers = static_cast<double>(m.layers);
  if (pass.eager) {
    const double scores = heads * s * (e < 4 ? e + 8 : 8);  // softmax is computed in float32
    const double attention = e * n * (3 * h + 3 * q + s + layers * cache) + n * scores;
    return std::max(e * n * (3 * i + 4 * h + heads * s + s + layers * cache), attention);
  }
  const double mask = n * s;  // a bool
  const double perceptron = e * n * (3 * i + 4 * h + layers * cache);
  const double attention = e * n * (3 * h + 4 * q + 2 * kv + s + std::max(0.0, layers - 1) * cache);
  return std::max(perceptron, attention) + mask;
}

constexpr i64 kWidestEncoder = 65'536, kDeepestEncoder = 512, kMostVocabulary = 10'000'000;

}  // namespace

std::vector<std::string> encoder_names() {
  std::vector<std::string> names;
  for (const KnownEncoder& known : kEncoders) {
    names.emplace_back(known.name);
    if (known.also.find('/') == known.also.npos && !known.also.empty()) names.emplace_back(known.also);
  }
  return names;
}

Result<Encoder> encoder_of(const Asked& asked) {
  Encoder m{.name = asked.model};
  if (!asked.has_shape()) {
    for (const KnownEncoder& known : kEncoders) {
      if (!same_name(known.name, asked.model) && !same_name(known.also, asked.model)) continue;
      m = {std::string(known.name), known.kind, known.layers,     known.hidden, known.inner, known.heads,
           known.kv_width,          known.head, known.parameters, known.longest};
    }
    if (m.hidden == 0) return fail(not_in_catalogue("model", asked.model, encoder_names(), asked));
  }
  TRY_ASSIGN(m.kind, kind_of(asked, m.kind));
  TRY_ASSIGN(m.hidden, asked.whole("d", m.hidden, 8, kWidestEncoder, {"hidden_size"}));
  TRY_ASSIGN(m.layers, asked.whole("layers", m.layers, 1, kDeepestEncoder, {"num_hidden_layers"}));
  TRY_ASSIGN(m.heads, asked.whole("heads", m.heads > 0 ? m.heads : std::max<i64>(1, m.hidden / 64), 1, 4096,
                                  {"num_attention_heads"}));
  TRY_ASSIGN(m.inner, asked.whole("inner",
                                  m.inner > 0            ? m.inner
                                  : m.kind == modernbert ? m.hidden * 3 / 2
                                                         : 4 * m.hidden,
                                  1, 16 * kWidestEncoder, {"intermediate_size"}));
  TRY_ASSIGN(m.head, asked.whole("head", m.head > 0 ? m.head : std::max<i64>(1, m.hidden / m.heads), 1, 4096,
                                 {"head_dim"}));
  TRY_ASSIGN(const i64 kv_heads, asked.whole("kv_heads", m.kv_width > 0 ? m.kv_width / m.head : m.heads, 1,
                                             4096, {"num_key_value_heads"}));
  m.kv_width = m.decodes() ? kv_heads * m.head : 0;
  TRY_ASSIGN(const i64 vocabulary, asked.whole("vocab", m.kind == modernbert ? 50'368 : 30'522, 1,
                                               kMostVocabulary, {"vocab_size"}));
  TRY_ASSIGN(const i64 positions,
             asked.whole("positions", m.longest, 1, kMostVocabulary, {"max_position_embeddings"}));
  if (m.parameters == 0) m.longest = positions;
  if (m.hidden == 0 || m.layers == 0) {
    return fail(
        {.kind = ErrorKind::usage,
         .what = fmt::format("\"{}\" names no model", printable(asked.text, 80)),
         .why = "a model is known by name, by its config.json, or by its shape: d and layers at least",
         .hint = "ctxcap inspect embed:bge-m3,fp16   or   embed:d=1024,layers=24,vocab=250002"});
  }
  TRY_ASSIGN(
      m.parameters,
      asked.whole("parameters", m.parameters > 0 ? m.parameters : count_parameters(m, vocabulary, positions),
                  1, i64{1} << 46));
  return m;
}

Bytes Pass::kv(const Encoder& model) const {
  if (!cache || !model.decodes()) return 0;
  return bytes_of(2.0 * static_cast<double>(model.layers * model.kv_width) * static_cast<double>(size) *
                  static_cast<double>(batch * tokens));
}

Bytes Pass::bytes(const Encoder& model) const {
  if (model.decodes()) {
    const i64 positions = tokens * (2 * model.head * size + 8);  // of rotation, for the whole batch
    return batch == 0 ? 0 : bytes_of(decoder_bytes(model, *this)) + positions;
  }
  return bytes_of(model.kind == modernbert ? modernbert_bytes(model, *this) : bert_bytes(model, *this));
}

}  // namespace ctxcap::tenants
