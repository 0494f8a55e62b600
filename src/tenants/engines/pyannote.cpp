// pyannote.audio: its version and the length of a file decide more than its models do.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "tenants/speech.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Bytes kSegmenting = 400'000'000;  // its batch of 32, as seen
constexpr Bytes kItemAtMost = 170'000'000;  // so that 32 make the 6.5 GB that somebody saw with version 3

Result<TenantNeed> pyannote_need(const Asked& asked) {
  TRY_ASSIGN(const i64 batch, asked.whole("batch", kSpeakerBatch, 1, 4096));
  TRY_ASSIGN(const i64 version, asked.whole("version", 3, 3, 4));
  const Bytes speakers = batch * kSpeakerItem;
  TenantNeed need = need_for(asked, "speaker-diarization");
  need.settings = {{"version", std::to_string(version)}, {"batch", std::to_string(batch)}};
  need.parts = {{.name = "weights",
                 .bytes = kDiariserWeights,
                 .low = kDiariserWeights - kSegmentationWeights / 10,
                 .high = kDiariserWeights + kSegmentationWeights / 10,
                 .source = "float32: WeSpeaker's are counted, those of segmentation rounded"},
                {.name = "activations",
                 .bytes = std::max(speakers, kSegmenting),
                 .low = std::min(speakers, kSegmenting),
                 .high = batch * kItemAtMost + kSegmenting,
                 .source = fmt::format("{} of 10 s through the speaker model, as its tensors were counted",
                                       counted(batch, "item")),
                 .terms = {{"per_item", kSpeakerItem}, {"segmentation", kSegmenting}}},
                context_part()};
  if (version == 4) need.parts[1].high = std::nullopt;
  need.limits = {
      "version and length matter more than the model: for the same 72 minutes 3.3.2 took 1.59 GB and "
      "4.0.3 took 9.54 GB, after its clustering and growing with the length",
      "one file of a minute took 6.5 GB with 3.1.1, and 3.1 once 14 GB: measure your own"};
  if (batch > 1)
    need.advice.push_back({"batch", (batch - 1) * kSpeakerItem, "embedding_batch_size = 1 is the lever"});
  return need;
}

constexpr Choice kPyannoteKeys[] = {{"batch", "embedding_batch_size; else 32"},
                                    {"version", "3 or 4; else 3. What 4 takes has no known bound"}};

}  // namespace

const Engine kPyannote{"pyannote",
                       "Diarisation: what is known of it, and what is not",
                       "pyannote,batch=8",
                       nullptr,
                       {},
                       kPyannoteKeys,
                       pyannote_need,
                       true};

}  // namespace ctxcap::tenants
