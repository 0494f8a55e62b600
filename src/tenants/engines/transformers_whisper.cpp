// Whisper by Hugging Face's transformers. The beams of a search have caches of their own, those of cross
// attention among them.

#include "tenants/whisper.hpp"

namespace ctxcap::tenants {
namespace {

Result<TenantNeed> transformers_need(const Asked& asked) {
  TRY_ASSIGN(const Whisper model, whisper_of(asked));
  TRY_ASSIGN(const i64 batch, asked.whole("batch", 1, 1, 4096));
  TRY_ASSIGN(const i64 beams, asked.whole("beams", 1, 1, 64));
  const std::string type = asked.one_of({"float16", "bfloat16", "float32"}, "float16");
  const bool eager = asked.has("eager");
  const i64 size = type == "float32" ? 4 : 2, d = model.state;
  const i64 scores = eager ? 3 * model.heads * kFrames + 6 * d : 12 * d;
  const Bytes encoder = size * (kFrames * scores + 2 * kFrames * model.mels);  // of a chunk, with its mels
  const i64 row = 2 * size * model.decoder * d;
  const auto decoding = [&](i64 tokens) { return batch * beams * row * (kFrames + tokens); };
  TenantNeed need = need_for(asked, model.name);
  need.settings = {{"type", type},
                   {"attention", eager ? "eager" : "sdpa"},
                   {"batch", std::to_string(batch)},
                   {"beams", std::to_string(beams)}};
  need.parts = {
      {.name = "weights", .bytes = size * model.parameters(), .exact = true, .source = "in " + type},
      {.name = "activations",
       .bytes = std::max(batch * encoder, decoding(kTokensAlone)),
       .low = std::max(batch * encoder, decoding(kTokensLeast)),
       .high = batch * encoder + decoding(kTextTokens),
       .source = "a pass of the encoder as its allocations were counted, or the caches",
       .terms = {{"encoder_per_chunk", encoder}, {"cross_per_chunk_and_beam", row * kFrames}}},
      context_part()};
  return need;
}

constexpr Choice kTransformersWords[] = {{"float16", ""},
                                         {"fp16", "", "float16"},
                                         {"bfloat16", ""},
                                         {"float32", ""},
                                         {"fp32", "", "float32"},
                                         {"sdpa", "the default"},
                                         {"eager", "three copies of the scores"}};
constexpr Choice kTransformersOwnKeys[] = {{"batch", "chunks of 30 s at once; else 1"},
                                           {"beams", "of the search; else 1"}};
constexpr auto kTransformersKeys = joined(kTransformersOwnKeys, kWhisperShape);

}  // namespace

const Engine kTransformersWhisper{"transformers",
                                  "Whisper by transformers' pipeline: caches for each beam",
                                  "transformers:large-v3,float16,batch=4",
                                  whisper_names,
                                  kTransformersWords,
                                  kTransformersKeys,
                                  transformers_need,
                                  true};

}  // namespace ctxcap::tenants
