// WhisperX: CTranslate2, then alignment, then, if asked for, diarisation, in one process. Its own program
// lets each model go before the next one; a server keeps them all, which is what is counted here.

#include "tenants/speech.hpp"
#include "tenants/whisper.hpp"

namespace ctxcap::tenants {
namespace {

constexpr i64 kLongestSegment = 30;  // seconds that are aligned at once

Result<TenantNeed> whisperx_need(const Asked& asked) {
  TRY_ASSIGN(const Whisper model, whisper_of(asked));
  TRY_ASSIGN(const i64 batch, asked.whole("batch", 8, 1, 4096));
  TRY_ASSIGN(const i64 beams, asked.whole("beams", 5, 1, 64));
  const Ctranslate2 loaded = ctranslate2_of(model, asked);
  const bool diarises = asked.has("diarize"), aligns = !asked.has("noalign");
  const Aligner& aligner = aligner_for(asked);
  const Bytes align = aligns ? aligner.bytes_per_second * kLongestSegment : 0;
  const Bytes diarise = diarises ? kSpeakerBatch * kSpeakerItem : 0;
  const Bytes models = (aligns ? aligner.weights : 0) + (diarises ? kDiariserWeights : 0);
  const auto peak = [&](i64 chunks, i64 tokens, i64 scratch) {
    return std::max(
        {loaded.activations(chunks, beams, tokens), align * scratch / 100, diarise * scratch / 100});
  };
  TenantNeed need = need_for(asked, model.name);
  need.settings = {{"type", loaded.type},
                   {"batch", std::to_string(batch)},
                   {"beams", std::to_string(beams)},
                   {"alignment", aligns ? std::string(aligner.name) : "none"},
                   {"diarize", diarises ? "true" : "false"}};
  need.parts = {ctranslate2_weights(loaded),
                {.name = "state",
                 .bytes = models,
                 .low = 0,  // its own program drops each before the next
                 .high = models,
                 .source = "models of alignment and diarisation, in float32, where they are kept"},
                {.name = "activations",
                 .bytes = peak(batch, kTokensInBatch, 100),
                 .low = peak(1, kTokensLeast, 0),
                 .high = peak(batch, kTextTokens, kWithScratch) + kCached,
                 .source = "the largest of the stages; public totals of one model and card differ by 70 %",
                 .terms = {{"cross_per_chunk", loaded.cross},
                           {"self_per_token_and_beam", loaded.own},
                           {"encoder_per_chunk", loaded.encoder},
                           {"alignment", align},
                           {"diarisation", diarise}}},
                ctranslate2_fixed()};
  need.limits = {
      "the batch decides (its own program takes 8, its README 16), and how full it is: only a "
      "measurement of your own says"};
  if (aligns) need.limits.push_back("every further language keeps an alignment model of 1.26 GB");
  if (aligns)
    need.advice.push_back({"align-on-cpu", aligner.weights,
                           "alignment on the CPU frees its model; what that costs in time was not measured"});
  if (diarises)
    need.advice.push_back(
        {"diarize-on-cpu",
         kDiariserWeights + std::max<Bytes>(0, diarise - loaded.activations(batch, beams, kTokensInBatch)),
         "diarisation on the CPU frees its models and its batch; what that costs in time was "
         "not measured"});
  return need;
}

constexpr Choice kOwnWords[] = {{"diarize", "with pyannote"}, {"noalign", "without alignment"}};
constexpr auto kWhisperxWords = joined(kCtranslate2Types, kOwnWords);
constexpr Choice kWhisperxOwnKeys[] = {{"batch", "chunks of 30 s at once; else 8"},
                                       {"beams", "of the search; else 5"},
                                       {"language", "of the alignment: en, or another; else en"}};
constexpr auto kWhisperxKeys = joined(kWhisperxOwnKeys, kWhisperShape);

}  // namespace

const Engine kWhisperX{"whisperx",
                       "Whisper by CTranslate2, alignment and diarisation in one process",
                       "whisperx:large-v3,batch=16,diarize",
                       whisper_names,
                       kWhisperxWords,
                       kWhisperxKeys,
                       whisperx_need,
                       true};

}  // namespace ctxcap::tenants
