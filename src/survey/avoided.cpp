#include "survey/avoided.hpp"

#include <algorithm>

#include "card/card.hpp"
#include "data/model_name.hpp"
#include "describe/describe.hpp"
#include "memory/memory.hpp"
#include "model/model.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::survey {
namespace {

constexpr std::size_t kDigits = 12;  // of a digest that are enough to tell weights apart

struct Known {
  std::string name;  // "": not known
  ModelArch arch;
  std::optional<Tokens> num_ctx;  // that it has by itself, or is loaded with
};

// Models as runs name them, each looked up once.
class Lookup {
 public:
  Lookup(const settings::Ollama& server, World& world) : server_(server), world_(world) {}

  const std::optional<Known>& of(const std::string& model) {
    const auto [known, fresh] = known_.try_emplace(model);
    if (fresh) known->second = server_.show.empty() ? from_server(model) : from_file(model);
    return known->second;
  }

 private:
  std::optional<Known> from_file(const std::string& model) const {
    for (const auto& [name, path] : server_.show) {
      if (!name.empty() && !same_model(name, model)) continue;
      const auto build = describe::told_build(server_);
      const auto description =
          describe::description_from_file(path, name, build.value_or(ServerBuild{}), world_);
      if (description) return known_of(*description);
    }
    return std::nullopt;
  }

  static Known known_of(const ModelDescription& description) {
    Known known{description.name, model::architecture_of(description), {}};
    known.num_ctx = known.arch.current_ctx;
    return known;
  }

  // By its name, the digest of its weights, or, where no run was told, as the only one that is loaded.
  std::optional<Known> from_server(const std::string& model) {
    const auto host = runtime::parse_host(server_.host);
    if (!host) return std::nullopt;
    runtime::Ollama ollama(world_.http, world_.clock, *host);
    const auto running = ollama.running();
    if (!running || (model.empty() && running->size() != 1)) return std::nullopt;
    const auto described = description_of(model.empty() ? running->front().name : model, ollama);
    if (!described) return std::nullopt;
    Known known = known_of(*described);
    for (const RunningModel& row : *running) {
      if (same_model(row.name, known.name) && row.context_length) known.num_ctx = row.context_length;
    }
    return known;
  }

  std::optional<ModelDescription> description_of(const std::string& model, runtime::Ollama& ollama) const {
    const ServerBuild build =
        describe::build_of(ollama, describe::told_build(server_).value_or(ServerBuild{}));
    if (auto by_name = describe::description_from_server(ollama, model, build)) return *std::move(by_name);
    const auto installed = ollama.installed();
    for (const InstalledModel& one : installed.value_or(std::vector<InstalledModel>{})) {
      auto description = describe::description_from_server(ollama, one.name, build);
      if (description && description->weights.size() >= kDigits &&
          model.starts_with(description->weights.substr(0, kDigits)))
        return *std::move(description);
    }
    return std::nullopt;
  }

  const settings::Ollama& server_;
  World& world_;
  std::map<std::string, std::optional<Known>> known_;
};

void add_avoided(OomUse& oom, Bytes missing, const Known& known, const settings::Ollama& server) {
  oom.num_ctx = oom.run && oom.run->num_ctx ? oom.run->num_ctx : known.num_ctx;
  if (!oom.num_ctx || !known.arch.known()) return;
  RuntimeSettings runs = memory::as_ollama_runs(known.arch, server.settings);
  if (oom.run && oom.run->num_ctx) runs.parallel = oom.run->parallel;
  oom.avoided_at = card::window_that_leaves(missing, *oom.num_ctx, [&](Tokens window) {
    const Result<Footprint> memory = memory::footprint(known.arch, window, runs);
    return memory ? memory->total_bytes : std::nullopt;
  });
}

// The window that a run of ours decided on last for the model.
std::optional<Tokens> advised_for(const std::string& name, World& world) {
  if (name.empty() || !state::state_directory(world)) return std::nullopt;
  auto state = state::State::open(world, state::Access::read);
  if (!state) return std::nullopt;
  std::optional<Tokens> advised;
  for (const DecisionRecord& record : state->decisions().value_or(std::vector<DecisionRecord>{})) {
    if (same_model(record.model, name)) advised = record.to_num_ctx;
  }
  return advised;
}

}  // namespace

void find_avoided(std::vector<CardUse>& uses, const settings::Ollama& server, World& world) {
  Lookup lookup(server, world);
  for (CardUse& use : uses) {
    for (OomUse& oom : use.ooms) {
      const std::optional<Bytes> missing = oom.missing(use.card.usable());
      if (!missing) continue;
      const std::optional<Known>& known = lookup.of(oom.run ? oom.run->model : "");
      if (!known) continue;
      add_avoided(oom, *missing, *known, server);
      if (!use.advised) use.advised = advised_for(known->name, world);
    }
  }
}

}  // namespace ctxcap::survey
