// Shapes of Whisper's models, and the tensors that follow from them.

#include "tenants/whisper.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"

namespace ctxcap::tenants {
namespace {

struct KnownWhisper {
  std::string_view name;
  i64 state, encoder, decoder, mels, vocabulary;
};

constexpr i64 kEnglish = 51'864, kMany = 51'865, kWithCantonese = 51'866;
constexpr std::array kWhispers = {
    KnownWhisper{"tiny", 384, 4, 4, 80, kMany},
    KnownWhisper{"tiny.en", 384, 4, 4, 80, kEnglish},
    KnownWhisper{"base", 512, 6, 6, 80, kMany},
    KnownWhisper{"base.en", 512, 6, 6, 80, kEnglish},
    KnownWhisper{"small", 768, 12, 12, 80, kMany},
    KnownWhisper{"small.en", 768, 12, 12, 80, kEnglish},
    KnownWhisper{"medium", 1024, 24, 24, 80, kMany},
    KnownWhisper{"medium.en", 1024, 24, 24, 80, kEnglish},
    KnownWhisper{"large-v1", 1280, 32, 32, 80, kMany},
    KnownWhisper{"large-v2", 1280, 32, 32, 80, kMany},
    KnownWhisper{"large-v3", 1280, 32, 32, 128, kWithCantonese},
    KnownWhisper{"large-v3-turbo", 1280, 32, 4, 128, kWithCantonese},
    KnownWhisper{"distil-small.en", 768, 12, 4, 80, kEnglish},
    KnownWhisper{"distil-medium.en", 1024, 24, 2, 80, kEnglish},
    KnownWhisper{"distil-large-v2", 1280, 32, 2, 80, kMany},
    KnownWhisper{"distil-large-v3", 1280, 32, 2, 128, kWithCantonese},
    KnownWhisper{"distil-large-v3.5", 1280, 32, 2, 128, kWithCantonese},
};

// As hubs and files have it: "openai/whisper-large-v3", "ggml-small.en.bin".
std::string plain_name(std::string_view given) {
  std::string name = lowered(given);
  if (const std::size_t slash = name.rfind('/'); slash != name.npos) name.erase(0, slash + 1);
  for (const std::string_view prefix : {"ggml-", "faster-", "whisper-"}) {
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  }
  if (name.ends_with(".bin")) name.erase(name.size() - 4);
  if (name == "large") return "large-v3";
  return name == "turbo" ? "large-v3-turbo" : name;
}

constexpr i64 kWidest = 16'384, kDeepest = 256, kMostMels = 1024, kMostWords = 1'000'000;

}  // namespace

std::vector<std::string> whisper_names() {
  std::vector<std::string> names;
  for (const KnownWhisper& known : kWhispers) names.emplace_back(known.name);
  return names;
}

Result<Whisper> whisper_of(const Asked& asked) {
  Whisper model;
  if (!asked.has_shape()) {
    const std::string name = plain_name(asked.model);
    for (const KnownWhisper& known : kWhispers) {
      if (known.name != name) continue;
      model = {name,          known.state, known.state / 64, known.encoder,
               known.decoder, known.mels,  known.vocabulary};
    }
    if (model.state == 0) return fail(not_in_catalogue("model", asked.model, whisper_names(), asked));
  }
  model.name = model.name.empty() ? asked.model : model.name;
  const bool known = model.state > 0;
  TRY_ASSIGN(model.state, asked.whole("d", model.state, 64, kWidest, {"d_model"}));
  TRY_ASSIGN(model.heads, asked.whole("heads", known ? model.heads : model.state / 64, 1, kWidest,
                                      {"encoder_attention_heads"}));
  TRY_ASSIGN(const i64 layers, asked.whole("layers", 0, 1, kDeepest));
  TRY_ASSIGN(model.encoder, asked.whole("encoder_layers", layers > 0 ? layers : model.encoder, 1, kDeepest,
                                        {"encoder_layers"}));
  TRY_ASSIGN(model.decoder, asked.whole("decoder_layers", layers > 0 ? layers : model.decoder, 1, kDeepest,
                                        {"decoder_layers"}));
  TRY_ASSIGN(model.mels, asked.whole("mels", known ? model.mels : 80, 1, kMostMels, {"num_mel_bins"}));
  TRY_ASSIGN(model.vocabulary,
             asked.whole("vocab", known ? model.vocabulary : kMany, 1, kMostWords, {"vocab_size"}));
  if (model.state > 0 && model.encoder > 0 && model.decoder > 0) return model;
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("\"{}\" names no model", printable(asked.text, 80)),
       .why = "a model is known by name, by its config.json, or by its shape: d and layers at least",
       .hint = fmt::format("ctxcap inspect {}:large-v3   or   {}:d=1280,encoder_layers=32,decoder_layers=4",
                           asked.engine, asked.engine)});
}

void each_tensor(const Whisper& model,
                 const std::function<void(TensorKind kind, i64 rows, i64 elements)>& tell) {
  using enum TensorKind;
  const i64 d = model.state, wide = 4 * d;
  const auto linear = [&](i64 out, i64 in, bool bias) {
    tell(matrix, out, out * in);
    if (bias) tell(vector, 1, out);
  };
  const auto norm = [&] {
    tell(vector, 1, d);
    tell(vector, 1, d);
  };
  const auto attention = [&] {
    for (const bool bias : {true, false, true, true}) linear(d, d, bias);  // the key has none
  };
  const auto perceptron = [&] {
    norm();
    linear(wide, d, true);
    linear(d, wide, true);
  };
  tell(convolution, d, 3 * model.mels * d);
  tell(vector, 1, d);
  tell(convolution, d, 3 * d * d);
  tell(vector, 1, d);
  tell(vector, kFrames, kFrames * d);
  for (i64 i = 0; i < model.encoder; ++i) norm(), attention(), perceptron();
  norm();
  tell(matrix, model.vocabulary, model.vocabulary * d);
  tell(vector, kTextTokens, kTextTokens * d);
  for (i64 i = 0; i < model.decoder; ++i) norm(), attention(), norm(), attention(), perceptron();
  norm();
}

i64 Whisper::parameters() const {
  i64 sum = 0;
  each_tensor(*this, [&](TensorKind, i64, i64 elements) { sum += elements; });
  return sum;
}

}  // namespace ctxcap::tenants
