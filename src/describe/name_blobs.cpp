#include "describe/describe.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "data/model_name.hpp"
#include "model/model.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::describe {
namespace {

constexpr std::string_view kBlob = "sha256-";
constexpr std::size_t kDigits = 12;

bool is_blob(const Demand& demand) {
  return demand.model.starts_with(kBlob) && demand.model.size() == kBlob.size() + kDigits;
}

// As traces write it: without the tag that is meant anyway.
std::string plain(const std::string& name) {
  constexpr std::string_view kLatest = ":latest";
  return name.ends_with(kLatest) ? name.substr(0, name.size() - kLatest.size()) : name;
}

// Weights -> name of a model that has them.
Result<std::map<std::string, std::string>> names_of_blobs(const std::vector<Demand>& demands,
                                                          runtime::Ollama& ollama) {
  TRY_ASSIGN(std::vector<InstalledModel> models, ollama.installed());
  const auto rank = [&](const InstalledModel& model) {
    const bool is_named = std::any_of(demands.begin(), demands.end(), [&](const Demand& demand) {
      return same_model(demand.model, model.name);
    });
    return std::tuple(!is_named, !model.parent.empty(), model.name);
  };
  std::sort(models.begin(), models.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::map<std::string, std::string> names;
  for (const InstalledModel& model : models) {
    const Result<std::string> shown = ollama.show(model.name);
    if (!shown) continue;
    const auto described = model::describe(*shown, model.name);
    if (!described || described->weights.size() < kDigits) continue;
    names.emplace(std::string(kBlob) + described->weights.substr(0, kDigits), plain(model.name));
  }
  return names;
}

}  // namespace

Status name_blobs(TraceSummary& traces, const std::string& host, World& world) {
  std::vector<Demand>& demands = traces.demands;
  if (std::none_of(demands.begin(), demands.end(), is_blob)) return {};
  TRY_ASSIGN(runtime::Host where, runtime::parse_host(host));
  runtime::Ollama ollama(world.http, world.clock, where);
  TRY_ASSIGN(const auto names, names_of_blobs(demands, ollama));
  std::map<std::pair<std::string, std::string>, Demand> all;  // by model and job
  for (Demand& demand : demands) {
    if (const auto name = names.find(demand.model); name != names.end()) demand.model = name->second;
    const auto [known, fresh] = all.try_emplace({demand.model, demand.job}, demand);
    if (!fresh) known->second.merge(demand);
  }
  demands.clear();
  for (auto& [key, demand] : all) demands.push_back(std::move(demand));
  return {};
}

}  // namespace ctxcap::describe
