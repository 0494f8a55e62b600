// Whether a tenant could live on the CPU, and at what price: figures of others, with where they are from.

#include <algorithm>
#include <array>

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {
namespace {

struct CpuPrice {
  std::string_view engine;
  std::string_view text;
};

constexpr std::string_view kSpeechKeepsUp =
    "on the CPU int8 of small took 0.131 of the audio's time, in batches of 8 0.065, float32 0.20, "
    "whisper.cpp 0.16, "
    "with 1.5 to 4.2 GB of RAM: 13 minutes on 8 threads of an i7-12700K, README of faster-whisper";
constexpr std::string_view kSpeechTooLarge =
    "no figure is known by which this size keeps up with speech on a CPU; int8 of small does, at 0.131 of "
    "the "
    "audio's time on 8 threads of an i7-12700K (README of faster-whisper)";

constexpr std::array kPrices = {
    CpuPrice{"kokoro",
             "its CPU image took 0.5 to 1 s a sentence on the host of a 16 GB card, as its owner wrote, "
             "and 1.6 GB of RAM that grows"},
    CpuPrice{"piper", "it is made for the CPU"},
    CpuPrice{"embed",
             "a CPU embedded 20 to 30 texts a second with gte-Qwen2-1.5B, the card 200 to 300 in batches "
             "of 32, as the owner of an RTX 5080 wrote"},
    CpuPrice{"ecapa", "on the CPU it takes nothing of the card; what that costs in time was not measured"},
    CpuPrice{"pyannote", "on the CPU it takes nothing of the card; what that costs in time was not measured"},
};

bool is_small(const std::string& model) {
  constexpr std::array kSmall = {"tiny",  "tiny.en",  "base",           "base.en",
                                 "small", "small.en", "distil-small.en"};
  return std::find(kSmall.begin(), kSmall.end(), model) != kSmall.end();
}

}  // namespace

void advise_cpu(const Asked& asked, TenantNeed& need) {
  const Bytes frees = need.total();
  if (frees == 0) return;
  if (asked.engine == "whisperx") {
    need.advice.push_back({"cpu", frees,
                           std::string(is_small(need.model) ? kSpeechKeepsUp : kSpeechTooLarge) +
                               "; alignment and diarisation can move by themselves"});
    return;
  }
  for (const CpuPrice& price : kPrices) {
    if (price.engine == asked.engine) need.advice.push_back({"cpu", frees, std::string(price.text)});
  }
  const bool speech = asked.engine == "faster-whisper" || asked.engine == "whisper.cpp" ||
                      asked.engine == "openai-whisper" || asked.engine == "transformers";
  if (speech)
    need.advice.push_back(
        {"cpu", frees, std::string(is_small(need.model) ? kSpeechKeepsUp : kSpeechTooLarge)});
}

}  // namespace ctxcap::tenants
