// openai-whisper: weights stay in float32 and are cast at each use. While it loads, the checkpoint in float16
// is on the card too, which is its peak; what that leaves behind is PyTorch's to use again, where it fits.

#include "tenants/whisper.hpp"

namespace ctxcap::tenants {
namespace {

Result<TenantNeed> openai_whisper_need(const Asked& asked) {
  TRY_ASSIGN(const Whisper model, whisper_of(asked));
  TRY_ASSIGN(const i64 beams, asked.whole("beams", 5, 1, 64));
  const Bytes parameters = model.parameters(), row = 4 * model.decoder * model.state;
  const Bytes caches = beams * row * (kFrames + kTextTokens);                         // each beam has both
  const Bytes encoder = 2 * kFrames * (3 * model.heads * kFrames + 6 * model.state);  // with its scores
  const Bytes words = 2 * model.vocabulary * model.state;  // cast to float16 for every token
  const Bytes working = caches + encoder + words;
  TenantNeed need = need_for(asked, model.name);
  need.settings = {{"type", "float32, computing in float16"}, {"beams", std::to_string(beams)}};
  need.parts = {
      {.name = "weights", .bytes = 4 * parameters, .exact = true, .source = "float32, which stays"},
      {.name = "activations",
       .bytes = std::max(2 * parameters, working),
       .low = 2 * parameters,
       .high = 2 * parameters + working,
       .source = "the checkpoint in float16 while it loads; what comes then may not fit into what it leaves",
       .terms = {{"checkpoint", 2 * parameters}, {"caches", caches}, {"encoder", encoder}}},
      context_part()};
  need.advice.push_back(
      {"engine", 2 * parameters,
       "faster-whisper or whisper.cpp keep float16 weights, half of these, and load no copy"});
  return need;
}

constexpr Choice kOpenaiOwnKeys[] = {{"beams", "of the search; else 5"}};
constexpr auto kOpenaiKeys = joined(kOpenaiOwnKeys, kWhisperShape);

}  // namespace

const Engine kOpenaiWhisper{"openai-whisper",
                            "Whisper as published: float32 weights, and a copy while it loads",
                            "openai-whisper:turbo",
                            whisper_names,
                            {},
                            kOpenaiKeys,
                            openai_whisper_need};

}  // namespace ctxcap::tenants
