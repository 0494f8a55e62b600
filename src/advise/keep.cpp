#include "advise/keep.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "memory/memory.hpp"
#include "policy/policy.hpp"

namespace ctxcap::advise {
namespace {

// Header and tokenizer of a weights file: 1 to 11 MiB beside its tensors, as seen.
constexpr Bytes kHeader = Bytes{11} << 20;

struct Set {
  std::vector<policy::Member> members;
  std::map<std::string, ModelArch> archs;  // by weights
};

// What the variant's Modelfile would say comes before what its base says.
LoadOptions options_with(const BaseAnalysis& base, LoadOptions options) {
  for (const Variant& variant : base.variants) options = load_options_of(variant.parameters, options);
  return options;
}

// Of several windows on one model the largest: they share a runner.
std::vector<const BaseAnalysis*> largest(const std::vector<BaseAnalysis>& bases) {
  std::map<std::string, const BaseAnalysis*> by_model;
  for (const BaseAnalysis& base : bases) {
    const BaseAnalysis*& known = by_model[base.decision.model];
    if (known == nullptr || base.decision.num_ctx > known->decision.num_ctx) known = &base;
  }
  std::vector<const BaseAnalysis*> all;
  for (const auto& [model, base] : by_model) all.push_back(base);
  return all;
}

Set set_of(const std::vector<BaseAnalysis>& bases, const DescribedModels& models,
           const RuntimeSettings& settings) {
  Set set;
  for (const BaseAnalysis* base : largest(bases)) {
    const BaseDecision& decision = base->decision;
    const auto model = models.find(decision.model);
    if (!decision.num_ctx || model == models.end() || !model->second.arch || !model->second.arch->known())
      continue;
    const ModelArch& arch = *model->second.arch;
    const std::string weights = model->second.weights.empty() ? decision.model : model->second.weights;
    policy::Member member{.decision = &decision};
    member.request.model =
        memory::as_scheduled(decision.model, weights, arch, file_bytes(decision.model, model->second));
    member.request.options = options_with(*base, model->second.load_options);
    member.request.options.num_ctx = decision.num_ctx;
    if (settings.num_batch) member.request.options.num_batch = settings.num_batch;
    // Names of the same weights share a runner.
    if (!set.archs.emplace(weights, arch).second) continue;
    set.members.push_back(std::move(member));
  }
  return set;
}

memory::Server server_for(const Budget& budget, const policy::ServerKnobs& knobs,
                          const std::map<std::string, ModelArch>& archs) {
  SchedulerSettings settings{.max_loaded = knobs.settings.max_loaded,
                             .parallel = knobs.settings.parallel,
                             .spread = knobs.settings.spread};
  if (knobs.settings.flash_attention != FlashAttention::automatic)
    settings.flash_attention = knobs.settings.flash_attention == FlashAttention::on;
  return {.cards = memory::scheduler_cards(budget, knobs.settings.backend),
          .settings = settings,
          .takes = memory::takes_of(archs, knobs.settings)};
}

// What all of them take, each as it is loaded alone.
std::optional<Bytes> bytes_of(std::span<const LoadRequest> requests,
                              const std::map<std::string, ModelArch>& archs,
                              const RuntimeSettings& settings) {
  std::optional<Bytes> all = 0;
  for (const LoadRequest& request : requests) {
    const ModelArch& arch = archs.at(request.model.weights);
    RuntimeSettings runs = memory::as_ollama_runs(arch, settings);
    if (request.options.num_batch) runs.num_batch = request.options.num_batch;
    if (request.options.num_gpu) runs.gpu_layers.reset();
    runs = memory::with_options(request.options, std::move(runs));
    const Result<Footprint> memory = memory::footprint(arch, request.options.num_ctx.value_or(0), runs);
    all = checked_add(all, memory ? memory->total_bytes : std::nullopt);
  }
  return all;
}

}  // namespace

LoadOptions load_options_of(std::span<const std::pair<std::string, std::string>> parameters,
                            LoadOptions options) {
  for (const auto& [parameter, value] : parameters) {
    const std::optional<i64> number = parse_integer(value);
    if (parameter == "num_gpu") options.num_gpu = number;
    if (parameter == "num_batch") options.num_batch = number;
    if (parameter == "main_gpu") options.main_gpu = number;
    if (parameter == "num_thread") options.num_thread = number;
    if (parameter == "draft_num_predict") options.draft_tokens = number;
  }
  return options;
}

std::string older_scheduler(const DescribedModels& models) {
  for (const auto& [name, model] : models) {
    if (model.arch && model.arch->build.own_engines) return model.arch->build.told;
  }
  return "";
}

Bytes file_bytes(const std::string& name, const DescribedModel& model) {
  const Bytes tensors = model.arch->weights ? model.arch->weights->stored : 0;
  const InstalledModel* installed = model.installed != nullptr ? find_model(*model.installed, name) : nullptr;
  // The size of a model is that of all its layers; a projector of its own is no part of the file.
  if (installed != nullptr && installed->size > tensors && installed->size <= tensors + 2 * kHeader)
    return installed->size;
  return tensors + kHeader;
}

std::vector<TogetherReport> kept_together(const std::vector<BaseAnalysis>& bases,
                                          const DescribedModels& models, const KeepingServer& server) {
  // The CPU has no check but the count; before 0.30 another reckoning decided.
  if (server.settings.backend == "cpu" || !older_scheduler(models).empty()) return {};
  std::vector<TogetherReport> reports;
  for (const policy::Together& together : policy::sets_of(bases, server.budget)) {
    const Set set = set_of(together.bases, models, server.settings);
    if (set.members.size() < 2) continue;
    const policy::Keeps keeps = [&](std::span<const LoadRequest> requests, const policy::ServerKnobs& knobs) {
      return policy::Replayed{
          .how = memory::kept_together(requests, server_for(together.budget, knobs, set.archs)),
          .bytes = bytes_of(requests, set.archs, knobs.settings)};
    };
    reports.push_back(
        policy::check_together(set.members, together.budget, {.settings = server.settings}, keeps));
  }
  return reports;
}

}  // namespace ctxcap::advise
