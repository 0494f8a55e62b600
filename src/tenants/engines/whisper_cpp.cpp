// whisper.cpp: all but the context is exact, as its allocator has it (1.9.3).
//
// The cache of the text is made for one decoder at the start and made anew for beams (or best_of) and two
// more at the first request that searches, which is what counts here. Every processor, or slot of its server,
// has caches and compute buffers of its own.

#include <fmt/format.h>

#include <array>

#include "tenants/whisper.hpp"

namespace ctxcap::tenants {
namespace {

struct BlockType {
  std::string_view name;
  i64 bytes, weights;  // of a block
};
constexpr std::array kBlockTypes = {BlockType{"f32", 4, 1},    BlockType{"f16", 2, 1},
                                    BlockType{"q8_0", 34, 32}, BlockType{"q5_1", 24, 32},
                                    BlockType{"q5_0", 22, 32}, BlockType{"q4_1", 20, 32},
                                    BlockType{"q4_0", 18, 32}};

constexpr i64 kPadding = 32;                            // of each tensor, in bytes
constexpr i64 kPaddedText = 512, kPaddedFrames = 1536;  // rows of the caches
constexpr Bytes kLowest = 250'000'000, kMiddle = 400'000'000, kHighest = 700'000'000;

// What decoding takes where time stamps are found by dynamic time warping, without flash attention: it
// depends on which heads are aligned, and was seen for these.
struct Warped {
  std::string_view model;
  Bytes decode;
};
constexpr std::array kWarped = {Warped{"base", 160'206'592}, Warped{"small", 164'953'600},
                                Warped{"large-v3", 274'308'608}};

Bytes ggml_weights(const Whisper& model, const BlockType& type) {
  Bytes sum = 0;
  const bool plain = type.name == "f32";
  each_tensor(model, [&](TensorKind kind, i64, i64 elements) {
    const i64 size = kind == TensorKind::matrix        ? elements * type.bytes / type.weights
                     : kind == TensorKind::convolution ? elements * (plain ? 4 : 2)
                                                       : elements * 4;
    sum += round_up(size, kPadding);
  });
  return sum;
}

struct Graphs {
  Bytes conv = 0, encode = 0, cross = 0, decode = 0;
};

Result<Graphs> graphs_of(const Whisper& model, const Asked& asked, bool flash) {
  const i64 d = model.state;
  Graphs graphs{.conv = 24'000 * d + 30'000 * model.mels,
                .encode = flash ? 42'000 * d : 24'000 * d + 9'000'000 * model.heads,
                .cross = 6'000 * d,
                .decode = 4 * kTextTokens * (model.vocabulary + 2 * d)};
  if (!asked.has("dtw")) return graphs;
  for (const Warped& seen : kWarped) {
    if (seen.model == model.name) return graphs.decode = seen.decode, graphs;
  }
  std::vector<std::string> names;
  for (const Warped& seen : kWarped) names.emplace_back(seen.model);
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("what dtw takes with {} is not known", model.name),
               .why = fmt::format("it depends on the heads that are aligned, and was seen with {} alone",
                                  fmt::join(names, ", ")),
               .hint = "leave dtw out, and measure: ctxcap card record"});
}

Result<TenantNeed> whisper_cpp_need(const Asked& asked) {
  TRY_ASSIGN(const Whisper model, whisper_of(asked));
  TRY_ASSIGN(const i64 beams, asked.whole("beams", 5, 1, 64));
  TRY_ASSIGN(const i64 processors, asked.whole("processors", 1, 1, 64));
  const std::string type = asked.one_of({"f32", "f16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"}, "f16");
  const BlockType& block = *std::find_if(kBlockTypes.begin(), kBlockTypes.end(),
                                         [&](const auto& one) { return one.name == type; });
  const bool flash = !asked.has("dtw") && !asked.has("noflash");
  const i64 decoders = beams == 1 ? 1 : beams + 2, row = 4 * model.decoder * model.state;
  TRY_ASSIGN(const Graphs graphs, graphs_of(model, asked, flash));
  const Bytes self = row * kPaddedText * decoders, cross = row * kPaddedFrames,
              pad = 4 * model.state * kPaddedFrames;
  TenantNeed need = need_for(asked, model.name);
  need.settings = {{"type", type},
                   {"beams", std::to_string(beams)},
                   {"processors", std::to_string(processors)},
                   {"flash_attention", flash ? "true" : "false"},
                   {"dtw", asked.has("dtw") ? "true" : "false"}};
  need.parts = {
      {.name = "weights",
       .bytes = ggml_weights(model, block),
       .exact = true,
       .source = "every tensor, as the loader adds them up over its buffers"},
      {.name = "kv",
       .bytes = processors * (self + cross + pad),
       .exact = true,
       .source = fmt::format("once it has searched with {}; its log at the start shows one decoder",
                             beams == 1 ? std::string("one decoder") : fmt::format("{} beams", beams)),
       .terms = {{"self", self}, {"cross", cross}, {"pad", pad}, {"self_one_decoder", row * kPaddedText}}},
      {.name = "compute",
       .bytes = processors * (graphs.conv + graphs.encode + graphs.cross + graphs.decode),
       .exact = true,
       .source = "on the card; its log adds 1.59 MB of each graph that lie in RAM",
       .terms = {{"conv", graphs.conv},
                 {"encode", graphs.encode},
                 {"cross", graphs.cross},
                 {"decode", graphs.decode}}},
      {.name = "fixed",
       .bytes = kMiddle,
       .low = kLowest,
       .high = kHighest,
       .source = "context of the process and cuBLAS: an estimate"}};
  return need;
}

constexpr Choice kWhisperCppWords[] = {{"f16", "as published"},
                                       {"f32", ""},
                                       {"q8_0", ""},
                                       {"q5_1", ""},
                                       {"q5_0", "as published"},
                                       {"q4_1", ""},
                                       {"q4_0", ""},
                                       {"fp16", "", "f16"},
                                       {"noflash", "without flash attention"},
                                       {"dtw", "time stamps of tokens by dynamic time warping"}};
constexpr Choice kWhisperCppOwnKeys[] = {
    {"beams", "of the search, or best_of; else 5; 1: greedy, and no fallback"},
    {"processors", "states, or slots of its server; else 1"}};
constexpr auto kWhisperCppKeys = joined(kWhisperCppOwnKeys, kWhisperShape);

}  // namespace

const Engine kWhisperCpp{"whisper.cpp",
                         "Whisper by ggml: exact but for the context of the process",
                         "whisper.cpp:large-v3,q5_0,beams=5",
                         whisper_names,
                         kWhisperCppWords,
                         kWhisperCppKeys,
                         whisper_cpp_need};

}  // namespace ctxcap::tenants
