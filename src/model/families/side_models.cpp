// What serves another model and is asked for no window of its own: drafts, encoders, towers.

#include <fmt/format.h>

#include <array>

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

struct Kind {
  std::string_view architecture;
  std::string_view what;
  std::string_view refusal = {};  // why nothing can be said of its memory; empty: it is cached plainly
};

constexpr Kind kKinds[] = {
    {"eagle3", "a draft for another model, whose window it takes"},
    {"dflash", "a draft for another model, whose window it takes"},
    {"gemma4-assistant", "a draft for another model", "it shares the cache of the model that it drafts for"},
    {"t5encoder", "an encoder: it generates nothing"},
    {"plm", "a model that does not run", "llama.cpp aborts when it makes a context for it"},
    {"gptj", "a model without a loader", "llama.cpp has no loader for it"},
    {"clip", "a tower that turns images into embeddings", "it is not a language model"},
    {"wavtokenizer-dec", "a decoder of audio", "it is not a language model"},
    {"pockettts", "a speech model", "it is not a language model"},
    {"qwen3tts", "a speech model", "it is not a language model"},
};

constexpr auto kSideModels = [] {
  std::array<std::string_view, std::size(kKinds)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kKinds[i].architecture;
  return names;
}();

void read_side_models(Keys& keys, std::string_view architecture, ModelArch& arch) {
  for (const Kind& kind : kKinds) {
    if (kind.architecture != architecture) continue;
    arch.no_window = kind.what;
    if (!kind.refusal.empty()) return keys.refuse(fmt::format("{}: {}", architecture, kind.refusal));
    if (architecture == "dflash" && keys.get("hyper_connection.count", 0) > 0)
      return keys.refuse("dflash with hyper-connections caches windows that are not known");
    arch.layers = attention_layers(read_heads(keys));
    arch.causal = architecture != "t5encoder";
    arch.needs_target = architecture == "eagle3";
  }
}

}  // namespace

extern const Family family_side_models;
constinit const Family family_side_models{
    .name = "serves another model", .architectures = kSideModels, .read = read_side_models};

}  // namespace ctxcap::model
