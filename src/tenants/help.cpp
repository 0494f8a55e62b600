// The catalogue, for people who choose from it.

#include <algorithm>

#include "tenants/catalogue.hpp"
#include "tenants/tenants.hpp"
#include "tenants/whisper.hpp"

namespace ctxcap::tenants {
namespace {

// Other spellings go with the word that they mean.
std::vector<std::pair<std::string, std::string>> told(std::span<const Choice> choices) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Choice& choice : choices) {
    if (choice.means.empty()) all.emplace_back(choice.name, choice.help);
  }
  return all;
}

bool is_of_shape(const std::string& key) {
  return std::any_of(std::begin(kWhisperShape), std::end(kWhisperShape),
                     [&](const Choice& choice) { return choice.name == key; });
}

}  // namespace

std::vector<EngineHelp> catalogue() {
  std::vector<EngineHelp> all;
  for (const Engine* engine : engines()) {
    EngineHelp& help = all.emplace_back(EngineHelp{.name = engine->name,
                                                   .help = engine->help,
                                                   .example = engine->example,
                                                   .models = {},
                                                   .words = told(engine->words),
                                                   .keys = told(engine->keys)});
    if (engine->models == nullptr) continue;
    help.models = engine->models();
    if (engine->models != whisper_names) continue;
    // What all engines of Whisper have is told once.
    std::erase_if(help.keys, [](const auto& key) { return is_of_shape(key.first); });
    if (engine != &kFasterWhisper) help.models = {"those of faster-whisper"};
  }
  return all;
}

}  // namespace ctxcap::tenants
