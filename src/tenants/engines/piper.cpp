// Piper: runs on the CPU unless it is asked not to, and then takes nothing of a card.

#include <array>

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {
namespace {

struct Voice {
  std::string_view name;
  Bytes bytes, low, high;
};
constexpr std::array kVoices = {Voice{"low", 22'000'000, 16'000'000, 28'000'000},
                                Voice{"medium", 63'200'000, 50'560'000, 75'840'000},
                                Voice{"high", 112'000'000, 110'000'000, 114'000'000}};

std::vector<std::string> voices() {
  std::vector<std::string> names;
  for (const Voice& voice : kVoices) names.emplace_back(voice.name);
  return names;
}

Result<TenantNeed> piper_need(const Asked& asked) {
  const std::string name = asked.model.empty() ? "medium" : asked.model;
  const auto voice =
      std::find_if(kVoices.begin(), kVoices.end(), [&](const Voice& one) { return one.name == name; });
  if (voice == kVoices.end()) return fail(not_in_catalogue("voice", name, voices(), asked));
  TenantNeed need = need_for(asked, name);
  const bool on_card = asked.has("cuda");
  need.settings = {{"device", on_card ? "cuda" : "cpu"}};
  if (!on_card) {
    need.parts = {
        {.name = "weights", .bytes = 0, .exact = true, .source = "it runs on the CPU: nothing of a card"}};
    return need;
  }
  need.parts = {{.name = "weights",
                 .bytes = voice->bytes,
                 .low = voice->low,
                 .high = voice->high,
                 .source = "size of a voice's file as commonly published"},
                {.name = "fixed",
                 .bytes = kContextMiddle,
                 .low = kContextLow,
                 .high = kContextHigh,
                 .source = "context of the process, as of others"}};
  need.limits = {"what onnxruntime keeps beside its weights was not measured"};
  return need;
}

constexpr Choice kPiperWords[] = {{"cpu", "the default"}, {"cuda", "on the card"}};

}  // namespace

const Engine kPiper{"piper",        "Speech by Piper: on the CPU, unless cuda is asked for",
                    "piper:medium", voices,
                    kPiperWords,    {},
                    piper_need};

}  // namespace ctxcap::tenants
