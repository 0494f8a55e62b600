// faster-whisper: CTranslate2.
//
// Weights are exact: matrices in int8 have 4 bytes of scale for each row, convolutions go back to the float
// type on a card, and each attention has a bias for its key, of zeros, since it is fused. The caches of cross
// attention are there once for a chunk, those of the text for each beam.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "tenants/whisper.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Bytes kFixed = 750'000'000, kFixedLow = 350'000'000, kFixedHigh = 1'150'000'000;

Result<TenantNeed> faster_whisper_need(const Asked& asked) {
  TRY_ASSIGN(const Whisper model, whisper_of(asked));
  TRY_ASSIGN(const i64 batch, asked.whole("batch", 1, 1, 4096));
  TRY_ASSIGN(const i64 beams, asked.whole("beams", 5, 1, 64));
  const Ctranslate2 loaded = ctranslate2_of(model, asked);
  TenantNeed need = need_for(asked, model.name);
  need.settings = {{"type", loaded.type}, {"batch", std::to_string(batch)}, {"beams", std::to_string(beams)}};
  const i64 tokens = batch == 1 ? kTokensAlone : kTokensInBatch;
  need.parts = {ctranslate2_weights(loaded),
                {.name = "activations",
                 .bytes = loaded.activations(batch, beams, tokens),
                 .low = loaded.activations(batch, beams, batch == 1 ? kTokensInBatch : kTokensLeast),
                 .high = loaded.activations(batch, beams, kTextTokens) + kCached,
                 .source = fmt::format("caches of {} and {} after about {} tokens; at the worst after {}",
                                       counted(batch, "chunk"), counted(beams, "beam"), tokens, kTextTokens),
                 .terms = {{"cross_per_chunk", loaded.cross},
                           {"self_per_token_and_beam", loaded.own},
                           {"encoder_per_chunk", loaded.encoder},
                           {"cached_by_allocator", kCached}}},
                ctranslate2_fixed()};
  return need;
}

constexpr Choice kFasterWhisperOwnKeys[] = {{"batch", "chunks of 30 s at once; else 1"},
                                            {"beams", "of the search; else 5"}};
constexpr auto kFasterWhisperKeys = joined(kFasterWhisperOwnKeys, kWhisperShape);

}  // namespace

Bytes Ctranslate2::activations(i64 batch, i64 beams, i64 tokens) const {
  return batch * std::max(cross + beams * tokens * own, encoder);
}

Ctranslate2 ctranslate2_of(const Whisper& model, const Asked& asked) {
  Ctranslate2 loaded;
  loaded.type = asked.one_of(
      {"float16", "bfloat16", "float32", "int8_float16", "int8_float32", "int8_bfloat16"}, "float16");
  const bool int8 = loaded.type.starts_with("int8");
  const i64 size = loaded.type.ends_with("float32") ? 4 : 2;
  loaded.weights = size * (model.encoder + 2 * model.decoder) * model.state;
  each_tensor(model, [&](TensorKind kind, i64 rows, i64 elements) {
    loaded.weights += int8 && kind == TensorKind::matrix ? elements + 4 * rows : size * elements;
  });
  const i64 width = 2 * size * model.decoder * model.state;  // of keys and values
  loaded.cross = width * kFrames;
  loaded.own = width;
  loaded.encoder = size * kFrames * (model.heads * kFrames + 8 * model.state);
  return loaded;
}

TenantPart ctranslate2_weights(const Ctranslate2& loaded) {
  return {.name = "weights",
          .bytes = loaded.weights,
          .exact = true,
          .source = fmt::format("every tensor in {}, as CTranslate2 loads it", loaded.type)};
}

TenantPart ctranslate2_fixed() {
  return {.name = "fixed",
          .bytes = kFixed,
          .low = kFixedLow,
          .high = kFixedHigh,
          .source = "context, libraries and scratch: 12 public peaks lie within 13 % of the sum with it"};
}

const Engine kFasterWhisper{"faster-whisper",
                            "Whisper by CTranslate2: weights exact, the rest within the band of public peaks",
                            "faster-whisper:large-v3,int8_float16,batch=8",
                            whisper_names,
                            kCtranslate2Types,
                            kFasterWhisperKeys,
                            faster_whisper_need,
                            true};

}  // namespace ctxcap::tenants
