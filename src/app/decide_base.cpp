#include "app/decide_base.hpp"

#include <algorithm>

#include "app/assets.hpp"
#include "data/model_name.hpp"
#include "memory/memory.hpp"
#include "render/render.hpp"

namespace ctxcap::app {
namespace {

// Empty: no model of that name is there; nullopt: not known.
std::optional<std::string> digest_of_installed(const DescribedModel& model, const std::string& name) {
  if (model.installed == nullptr) return std::nullopt;
  for (const InstalledModel& there : *model.installed) {
    if (runtime::same_model(there.name, name)) return there.digest;
  }
  return "";
}

}  // namespace

std::optional<CurrentWindow> current_window(const DemandStats& stats, const DescribedModel& model,
                                            std::optional<Tokens> environment_ctx) {
  const auto& asked = stats.num_ctx_asked;
  const auto most = std::max_element(asked.begin(), asked.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != asked.end()) return CurrentWindow{most->first, CurrentFrom::request};
  if (model.arch && model.arch->current_ctx)
    return CurrentWindow{*model.arch->current_ctx, CurrentFrom::model};
  if (environment_ctx) return CurrentWindow{*environment_ctx, CurrentFrom::environment};
  if (model.loaded_ctx) return CurrentWindow{*model.loaded_ctx, CurrentFrom::server_default};
  return std::nullopt;
}

policy::JobInput job_input(const Demand& demand, const DescribedModel& model, const AnalyzeOptions& options) {
  demand::RiskOptions risk = options.risk;
  if (model.arch && model.arch->current_ctx) risk.windows.push_back(*model.arch->current_ctx);
  if (options.environment_ctx) risk.windows.push_back(*options.environment_ctx);
  if (model.loaded_ctx) risk.windows.push_back(*model.loaded_ctx);
  policy::JobInput job{.stats = demand::stats_of(demand, risk)};
  job.current = current_window(job.stats, model, options.environment_ctx);
  return job;
}

Result<std::vector<Rung>> price(std::span<const Tokens> windows, const DescribedModel& model,
                                const RuntimeSettings& settings) {
  const std::optional<ModelArch>& arch = model.arch;
  std::vector<Rung> rungs;
  for (const Tokens window : windows) {
    Rung rung{.num_ctx = window, .memory = {.num_ctx = window}};
    if (arch && arch->known()) {
      TRY_ASSIGN(rung.memory, memory::footprint(*arch, window, memory::as_ollama_runs(*arch, settings),
                                                model.calibration));
    }
    rungs.push_back(std::move(rung));
  }
  return rungs;
}

Result<std::optional<Variant>> variant_for(const BaseDecision& decision, const DescribedModel& model,
                                           const AnalyzeOptions& options) {
  // A name from a log that is none to Ollama could not be a base.
  if (!decision.num_ctx || !model.can_be_capped || !check_model_name(decision.model))
    return std::optional<Variant>{};
  plan::VariantOptions variant_options = options.variant;
  variant_options.base_digest = model.digest;
  TRY_ASSIGN(Variant variant, plan::plan_variant(decision, variant_options));
  variant.replaces_digest = digest_of_installed(model, variant.name);
  const std::vector<std::string> comments = plan::reasons_for(decision, variant, std::string(version()));
  TRY_ASSIGN(variant,
             render::render_modelfile(std::move(variant), {.template_text = options.template_text,
                                                           .template_origin = options.template_origin,
                                                           .comments = comments}));
  return std::optional(std::move(variant));
}

}  // namespace ctxcap::app
