#pragma once
// Inside tenants/: models of alignment and of speakers, which several engines hold.

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {

// wav2vec2, as WhisperX aligns with it.
struct Aligner {
  std::string_view name;
  Bytes weights = 0;
  Bytes bytes_per_second = 0;  // of a segment: tensors, counted on the real code
};
const Aligner& aligner_for(const Asked& asked);

// pyannote: segmentation and WeSpeaker's ResNet34. An item is ten seconds.
inline constexpr Bytes kSegmentationWeights = 6'000'000, kSpeakerWeights = 26'537'344;
inline constexpr Bytes kDiariserWeights = kSegmentationWeights + kSpeakerWeights;
inline constexpr Bytes kSpeakerItem = 51'520'000;
inline constexpr i64 kSpeakerBatch = 32;

// Percent of what tensors take, with scratch of the kernels: 129 to 150 as runs on a CPU took.
inline constexpr i64 kWithScratch = 150;

}  // namespace ctxcap::tenants
