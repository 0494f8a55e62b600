#include "advise/decide_base.hpp"

#include "base/version.hpp"
#include "data/model_name.hpp"
#include "data/verdict.hpp"
#include "memory/memory.hpp"
#include "render/render.hpp"

namespace ctxcap::advise {

policy::JobInput job_input(const Demand& demand, const DescribedModel& model, const AnalyzeOptions& options) {
  demand::RiskOptions risk = options.risk;
  if (model.arch && model.arch->current_ctx) risk.windows.push_back(*model.arch->current_ctx);
  if (options.environment_ctx) risk.windows.push_back(*options.environment_ctx);
  if (model.loaded_ctx) risk.windows.push_back(*model.loaded_ctx);
  policy::JobInput job{.stats = demand::stats_of(demand, risk)};
  job.current = policy::current_window(job.stats, model, options.environment_ctx);
  return job;
}

Result<BaseDecision> decide_base(const std::string& name, std::vector<policy::JobInput> jobs,
                                 const DescribedModel& model, const policy::Options& options,
                                 const RuntimeSettings& settings) {
  TRY_ASSIGN(std::vector<Rung> rungs,
             memory::price(policy::ladder(jobs, model.arch, options), model, settings));
  BaseDecision decision = policy::decide(name, std::move(jobs), model.arch, std::move(rungs), options);
  decision.missing = model.missing;
  return decision;
}

Result<std::optional<Variant>> variant_for(const BaseDecision& decision, const DescribedModel& model,
                                           const AnalyzeOptions& options, Before before) {
  // A name from a log that is none to Ollama could not be a base.
  if (!decision.num_ctx || !model.can_be_capped || model.missing || !check_model_name(decision.model))
    return std::optional<Variant>{};
  plan::VariantOptions variant_options = options.variant;
  variant_options.base_digest = model.digest;
  variant_options.inherits = model.inherits;
  TRY_ASSIGN(Variant variant, plan::plan_variant(decision, variant_options));
  const OwnedVariant* ours = model.our_variant(variant.name);
  if (before == Before::is_kept && ours != nullptr) plan::keep_of_before(ours->variant, variant);
  variant.against = against(decision);
  variant.replaces_digest = model.digest_of_installed(variant.name);
  const std::vector<std::string> comments = plan::reasons_for(decision, variant, std::string(version()));
  TRY_ASSIGN(variant,
             render::render_modelfile(std::move(variant), {.template_text = options.template_text,
                                                           .template_origin = options.template_origin,
                                                           .comments = comments}));
  return std::optional(std::move(variant));
}

}  // namespace ctxcap::advise
