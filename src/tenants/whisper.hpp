#pragma once
// Inside tenants/: Whisper's models by their shapes, and what is the same in every engine.

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tenants/catalogue.hpp"

namespace ctxcap::tenants {

struct Whisper {
  std::string name;
  i64 state = 0, heads = 0, encoder = 0, decoder = 0, mels = 0, vocabulary = 0;

  i64 parameters() const;
};

inline constexpr i64 kFrames = 1500;     // of the encoder, for a chunk of 30 seconds
inline constexpr i64 kTextTokens = 448;  // that the decoder can write

enum class TensorKind { matrix, convolution, vector };

// Each tensor of the model: its kind, rows and all of its elements.
void each_tensor(const Whisper& model,
                 const std::function<void(TensorKind kind, i64 rows, i64 elements)>& tell);

// Of the catalogue, a config.json or a shape. Errors: no such model; sizes that cannot be.
Result<Whisper> whisper_of(const Asked& asked);
std::vector<std::string> whisper_names();

// Keys of a shape, which every engine of Whisper takes.
inline constexpr Choice kWhisperShape[] = {{"d", "width of the model"},
                                           {"heads", "heads of attention; else d / 64"},
                                           {"layers", "layers of encoder and decoder"},
                                           {"encoder_layers", "layers of the encoder"},
                                           {"decoder_layers", "layers of the decoder"},
                                           {"mels", "mel bands: 80, or 128 since large-v3"},
                                           {"vocab", "size of the vocabulary"}};

// Two lists in one: what an engine takes of its own, and what it shares with others.
template <std::size_t First, std::size_t Second>
constexpr std::array<Choice, First + Second> joined(const Choice (&first)[First],
                                                    const Choice (&second)[Second]) {
  std::array<Choice, First + Second> all{};
  std::copy(std::begin(first), std::end(first), all.begin());
  std::copy(std::begin(second), std::end(second), all.begin() + First);
  return all;
}

// CTranslate2, of which faster-whisper and WhisperX are made. See engines/faster_whisper.cpp.
struct Ctranslate2 {
  std::string type;
  Bytes weights = 0;
  Bytes cross = 0;    // cache of a chunk, the same for all beams
  Bytes own = 0;      // cache of a token and beam
  Bytes encoder = 0;  // passing over a chunk
  // Of `batch` chunks with `beams` beams each, after so many tokens.
  Bytes activations(i64 batch, i64 beams, i64 tokens) const;
};
inline constexpr Bytes kCached = 200'000'000;  // that its allocator may keep
Ctranslate2 ctranslate2_of(const Whisper& model, const Asked& asked);
TenantPart ctranslate2_weights(const Ctranslate2& loaded);
TenantPart ctranslate2_fixed();

// How many tokens a chunk has when memory peaks: one after another with the text before as prompt, in
// batches, and at the worst.
inline constexpr i64 kTokensAlone = 330, kTokensInBatch = 100, kTokensLeast = 50;

inline constexpr Choice kCtranslate2Types[] = {
    {"float16", "the published files as they are"},
    {"fp16", "", "float16"},
    {"half", "", "float16"},
    {"auto", "", "float16"},
    {"default", "", "float16"},
    {"int8_float16", "half of the weights of float16"},
    {"int8", "of a published file: int8_float16 on a card", "int8_float16"},
    {"int8_float32", "matrices in int8, the rest in float32"},
    {"int8_bfloat16", "as int8_float16"},
    {"bfloat16", "as float16"},
    {"float32", "twice float16"},
    {"fp32", "", "float32"}};

}  // namespace ctxcap::tenants
