// ECAPA-TDNN of speechbrain: small weights, and activations that grow with the clip without a bound.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "tenants/speech.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Bytes kEcapaWeights = 83'070'208, kEcapaSecond = 12'781'440;
constexpr i64 kUsualClip = 30;

Result<TenantNeed> ecapa_need(const Asked& asked) {
  TRY_ASSIGN(const i64 seconds, asked.whole("seconds", kUsualClip, 1, 86'400));
  TRY_ASSIGN(const i64 batch, asked.whole("batch", 1, 1, 4096));
  const Bytes tensors = kEcapaSecond * seconds * batch;
  TenantNeed need = need_for(asked, "spkrec-ecapa-voxceleb");
  need.settings = {{"seconds", std::to_string(seconds)}, {"batch", std::to_string(batch)}};
  need.parts = {{.name = "weights", .bytes = kEcapaWeights, .exact = true, .source = "float32"},
                {.name = "activations",
                 .bytes = tensors,
                 .low = tensors,
                 .high = tensors * kWithScratch / 100,
                 .source = fmt::format("tensors of {} of {} s; a run took 1.32 to 1.50 times as much",
                                       counted(batch, "clip"), seconds),
                 .terms = {{"per_second", kEcapaSecond}}},
                context_part()};
  need.limits = {"it grows with the longest clip: 0.4 GB at 30 s, 11.5 GB at 15 minutes"};
  if (!asked.values.contains("seconds"))
    need.limits.push_back("clips of 30 s are assumed: seconds=N says how long yours are");
  if (seconds > kUsualClip)
    need.advice.push_back({"clip", kEcapaSecond * batch * (seconds - kUsualClip), "clips cut to 30 s"});
  return need;
}

constexpr Choice kEcapaKeys[] = {{"seconds", "of the longest clip; else 30"},
                                 {"batch", "clips at once; else 1"}};

}  // namespace

const Engine kEcapa{"ecapa",
                    "Embeddings of speakers by ECAPA-TDNN: grows with the longest clip",
                    "ecapa,seconds=30",
                    nullptr,
                    {},
                    kEcapaKeys,
                    ecapa_need,
                    true};

}  // namespace ctxcap::tenants
