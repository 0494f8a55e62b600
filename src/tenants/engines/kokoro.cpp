// Kokoro-82M: as others measured it.

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {
namespace {

constexpr Bytes kKokoroWeights = 327'212'226, kAtRest = 1'069'547'520, kMostSeen = 2'000'000'000;

Result<TenantNeed> kokoro_need(const Asked& asked) {
  TenantNeed need = need_for(asked, "Kokoro-82M");
  need.parts = {
      {.name = "weights", .bytes = kKokoroWeights, .exact = true, .source = "float32: its published file"},
      {.name = "activations",
       .bytes = kAtRest - kKokoroWeights - kContextMiddle,
       .low = 0,
       .high = kMostSeen - kKokoroWeights - kContextHigh,
       .source = "so that it is 1,020 MiB at rest after it is warm, and 2 GB at most, as others tell"},
      context_part()};
  return need;
}

}  // namespace

const Engine kKokoro{"kokoro",   "Speech by Kokoro-82M: from public figures", "kokoro", nullptr, {}, {},
                     kokoro_need};

}  // namespace ctxcap::tenants
