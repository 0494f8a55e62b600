#include "describe/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "describe/gguf_file.hpp"
#include "describe/is_of.hpp"
#include "memory/memory.hpp"
#include "model/model.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::describe {
namespace {

using Models = DescribedModels;
using Installed = Result<std::vector<InstalledModel>>;

// "shows/qwen3_8b.json" -> "qwen3:8b": how a saved answer is named after its model, ":" being no file
// character.
std::string model_of_file(const std::string& path) {
  std::string stem = path.substr(path.rfind('/') + 1);
  stem = stem.substr(0, stem.find(".json"));
  const std::size_t underscore = stem.find('_');
  if (underscore != std::string::npos) stem[underscore] = ':';
  return stem;
}

// Which of the models a --show file is for. One file and one model belong together whatever their names.
Result<std::string> owner_of(std::string_view flag, const std::pair<std::string, std::string>& show,
                             std::span<const std::string> models) {
  const std::string wanted = show.first.empty() ? model_of_file(show.second) : show.first;
  for (const std::string& model : models) {
    if (same_model(model, wanted)) return model;
  }
  if (show.first.empty() && models.size() == 1) return models.front();
  std::vector<std::string> names;
  for (const std::string& model : models)
    names.push_back(model.empty() ? "(rows without a model)" : printable(model, 60));
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} {} matches no model of the traces", flag, printable(show.second)),
               .why = "the traces name " + join(names, ", "),
               .hint = fmt::format("say which one: {} {}={}", flag, models.empty() ? "MODEL" : names.front(),
                                   printable(show.second))});
}

Status describe_from_files(Models& models, std::span<const std::string> names, const Sources& sources,
                           World& world) {
  if (names.empty()) return {};
  for (const auto& show : sources.show) {
    TRY_ASSIGN(const std::string name, owner_of("--show", show, names));
    const auto description = description_from_file(show.second, name, sources.settings.build, world);
    if (description) {
      models[name] = model::described(*description);
    } else if (auto checkpoint = checkpoint_from_file(show.second, world)) {
      models[name] = model::described(std::move(*checkpoint));
    } else {
      return fail(description.error());
    }
  }
  return {};
}

// What drafts for a model is told, or its bytes are not known.
Status add_drafts(Models& models, std::span<const std::string> names, const Sources& sources, World& world) {
  for (const auto& draft : sources.drafts) {
    if (names.empty()) break;
    TRY_ASSIGN(const std::string name, owner_of("--draft-model", draft, names));
    TRY_ASSIGN(const ModelDescription description,
               description_from_file(draft.second, "", sources.settings.build, world));
    if (DescribedModel& model = models[name]; model.arch)
      model.arch->draft_model = std::make_shared<const ModelArch>(model::architecture_of(description));
  }
  for (auto& [name, model] : models) {
    if (!model.arch || !model.arch->has_draft_model || model.arch->draft_model) continue;
    model.warnings.push_back(
        {"draft-unknown",
         fmt::format(
             "{0}: another model drafts for it, whose memory is not counted; --draft-model {0}=FILE adds it",
             printable(name, 60))});
  }
  return {};
}

// A model of a cloud is there without being listed.
bool may_be_there(const Installed& installed, const std::string& name) {
  return !installed || name.ends_with("cloud") || find_model(*installed, name) != nullptr;
}

void describe_missing(const std::string& name, const runtime::Ollama& ollama, DescribedModel& model) {
  const std::string shown = printable(name, 60);
  model.warnings.push_back(
      {"model-unknown", fmt::format("{0}: the model {0} is not installed ({1}/api/tags does "
                                    "not list it)",
                                    shown, ollama.host().url)});
}

// One model from the server; an answer that cannot be had is a warning.
void describe_from_server(runtime::Ollama& ollama, const std::string& name, const ServerBuild& build,
                          DescribedModel& model) {
  const Result<ModelDescription> description = description_from_server(ollama, name, build);
  if (description) {
    model = model::described(*description);
    return;
  }
  const Error& error = description.error();
  model.warnings.push_back(
      {"model-unknown", fmt::format("{}: {} ({})", printable(name, 60), error.what, error.why)});
}

// A variant's base, when the traces name the variant alone. One that is gone leaves the variant to itself.
void add_parents(runtime::Ollama& ollama, const ServerBuild& build, Models& models) {
  std::vector<std::string> parents;
  for (const auto& named : models) {
    const std::string& parent = named.second.parent;
    const auto same = [&](const auto& known) { return same_model(known.first, parent); };
    if (!parent.empty() && std::none_of(models.begin(), models.end(), same)) parents.push_back(parent);
  }
  for (const std::string& parent : parents) {
    if (const auto description = description_from_server(ollama, parent, build))
      models[parent] = model::described(*description);
  }
}

void add_what_is_installed(runtime::Ollama& ollama, const Installed& installed, Models& models) {
  const auto running = ollama.running();
  const auto all = installed ? std::make_shared<const std::vector<InstalledModel>>(*installed) : nullptr;
  for (auto& [name, model] : models) {
    model.installed = all;
    if (installed) model.digest = digest_of(*installed, name);
    model.missing = installed && model.digest.empty() && !model.arch;
    for (const RunningModel& row : running.value_or(std::vector<RunningModel>{})) {
      if (!model.digest.empty() && row.digest == model.digest) model.loaded_ctx = row.context_length;
    }
  }
}

// The first of the models for each that is spelled differently. There may be thousands.
using Keys = std::map<std::string, std::string>;

Keys keys_of(const Models& models) {
  Keys keys;
  for (const auto& [name, model] : models) keys.emplace(canonical_model(name), name);
  return keys;
}

// The first of the models that is spelled like that; adds it where none is.
std::string key_of(const std::string& name, Models& models, Keys& keys) {
  const auto [key, added] = keys.emplace(canonical_model(name), name);
  if (added) models.try_emplace(name);
  return key->second;
}

// Of a variant of ours the model before it; any other is one of its own.
std::string origin_of(const std::string& name, const DescribedModel& model) {
  const OwnedVariant* ours = model.our_variant(name);
  const bool still_ours = ours != nullptr && (model.digest.empty() || model.digest == ours->digest);
  return still_ours ? ours->variant.base : name;
}

// What variants for the requests of each model are made from. Without a state nothing is ours. Returns the
// models that came to them by that.
std::vector<std::string> add_origins(const std::string& server, Models& models, World& world) {
  auto known = std::make_shared<std::vector<OwnedVariant>>();
  const auto host = runtime::parse_host(server);
  auto state = state::State::open(world, state::Access::read);
  if (host && state) {
    *known = state->variants().value_or(std::vector<OwnedVariant>{});
    std::erase_if(*known, [&](const OwnedVariant& one) { return one.host != host->id; });
  }
  Keys keys = keys_of(models);
  std::vector<std::string> names, added;
  for (const auto& [name, model] : models) names.push_back(name);
  for (const std::string& name : names) {
    std::string from = name;
    for (std::size_t step = 0; step <= known->size(); ++step) {  // never round in a circle
      models[from].ours = known;
      const std::size_t before = models.size();
      from = key_of(origin_of(from, models[from]), models, keys);
      if (models.size() > before) added.push_back(from);
    }
    models[from].ours = known;
    models[name].from = from;
  }
  return added;
}

Status add_what_was_measured(runtime::Ollama& ollama, Models& models, const RuntimeSettings& settings,
                             World& world) {
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  TRY_ASSIGN(const std::vector<Calibration> all, state.calibrations());
  for (auto& [name, model] : models) {
    for (const Calibration& calibration : all) {
      if (!model.arch || model.digest.empty()) continue;
      const RuntimeSettings runs = memory::as_ollama_runs(*model.arch, settings);
      if (!is_of(calibration, ollama, model.digest, runs)) continue;
      model.calibration = calibration;
      model.warnings.push_back({"measured", fmt::format("{}: totals are corrected by a measurement of {}",
                                                        printable(name, 60), rfc3339(calibration.measured))});
    }
  }
  return {};
}

}  // namespace

Result<ModelDescription> description_from_file(const std::string& path, const std::string& name,
                                               const ServerBuild& build, World& world) {
  if (is_gguf_file(path, world)) {
    TRY_ASSIGN(ModelDescription description, description_from_gguf(path, name, world));
    description.build = build;
    return description;
  }
  TRY_ASSIGN(const std::string json, world.files.read_all(path));
  Result<ModelDescription> description = model::describe(json, name);
  if (description) {
    description->build = build;
    return description;
  }
  Error error = description.error();
  error.kind = ErrorKind::usage;
  error.why = path + ": " + error.why;
  return fail(std::move(error));
}

Result<ModelDescription> description_from_server(runtime::Ollama& ollama, const std::string& name,
                                                 const ServerBuild& build) {
  TRY_ASSIGN(std::string json, ollama.show(name));
  TRY_ASSIGN(ModelDescription description, model::describe(json, name));
  if (model::needs_verbose(description)) {
    // Without the long answer the short one still tells most of it.
    if (const Result<std::string> verbose = ollama.show(name, runtime::Detail::verbose)) {
      TRY_ASSIGN(description, model::describe(*verbose, name));
    }
  }
  description.build = build;
  return description;
}

Result<ServerBuild> told_build(const settings::Ollama& server) {
  const bool by_llama = !server.llama_build.empty();
  const std::string& text = by_llama ? server.llama_build : server.version;
  if (text.empty()) return ServerBuild{};
  if (const auto build = by_llama ? build_of_llama(text) : build_of_ollama(text)) return *build;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("'{}' is not a version", printable(text, 40)),
               .why = by_llama ? "a build of llama.cpp is written like b10361 or v0.5.0"
                               : "a version of Ollama is written like 0.33.0",
               .hint = by_llama ? "--llama-build b10361" : "--server-version 0.33.0"});
}

ServerBuild build_of(runtime::Ollama& ollama, const ServerBuild& told) {
  if (!told.assumed) return told;
  const Result<std::string> version = ollama.version();
  return version ? build_of_ollama(*version).value_or(ServerBuild{}) : ServerBuild{};
}

namespace {

Result<Models> describe_all(std::span<const std::string> names, const Sources& sources, World& world,
                            Talk& talk) {
  Models models;
  TRY(describe_from_files(models, names, sources, world));

  std::vector<std::string> open;
  for (const std::string& name : names) {
    if (!models[name].arch && !name.empty()) open.push_back(name);
  }
  if (open.empty() || !sources.show.empty() || !sources.ask) {
    add_origins(sources.host, models, world);
    return models;
  }

  TRY_ASSIGN(runtime::Host host, runtime::parse_host(sources.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  const Result<std::string> version = ollama.version();
  if (!version) {
    talk.note(fmt::format("note: memory is unknown: {} ({}); --show FILE works without a server",
                          version.error().what, version.error().why));
    add_origins(sources.host, models, world);
    return models;
  }
  const ServerBuild build = sources.settings.build.assumed ? build_of_ollama(*version).value_or(ServerBuild{})
                                                           : sources.settings.build;
  const Installed installed = ollama.installed();
  for (const std::string& name : open) {
    if (may_be_there(installed, name))
      describe_from_server(ollama, name, build, models[name]);
    else
      describe_missing(name, ollama, models[name]);
  }
  add_parents(ollama, build, models);
  add_what_is_installed(ollama, installed, models);
  const std::vector<std::string> origins = add_origins(sources.host, models, world);
  for (const std::string& name : origins) describe_from_server(ollama, name, build, models[name]);
  if (!origins.empty()) {
    add_what_is_installed(ollama, installed, models);
    add_origins(sources.host, models, world);
  }
  // An analysis needs no state, so one that is damaged does not stop it.
  if (const Status measured = add_what_was_measured(ollama, models, sources.settings, world); !measured)
    talk.note(unused_measurements(measured.error()));
  return models;
}

}  // namespace

Result<Models> describe_models(std::span<const std::string> names, const Sources& sources, World& world,
                               Talk& talk) {
  TRY_ASSIGN(Models models, describe_all(names, sources, world, talk));
  TRY(add_drafts(models, names, sources, world));
  return models;
}

}  // namespace ctxcap::describe
