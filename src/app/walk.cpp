#include "app/walk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/assets.hpp"
#include "app/budget.hpp"
#include "app/describe.hpp"
#include "base/text.hpp"
#include "data/model_name.hpp"
#include "demand/demand.hpp"
#include "memory/memory.hpp"
#include "plan/plan.hpp"
#include "policy/policy.hpp"
#include "render/render.hpp"

namespace ctxcap::app {
namespace {

using JobsByModel = std::map<std::string, std::vector<Demand>>;

JobsByModel by_model(std::vector<Demand> demands) {
  JobsByModel groups;
  for (Demand& demand : demands) groups[demand.model].push_back(std::move(demand));
  return groups;
}

// The first that is known: what requests carry, the model's PARAMETER, the environment, what is loaded now.
std::optional<CurrentWindow> current_window(const DemandStats& stats, const DescribedModel& model,
                                            std::optional<Tokens> environment_ctx) {
  if (stats.asked_ctx) return CurrentWindow{*stats.asked_ctx, CurrentFrom::request};
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

// An unknown architecture costs an unknown amount: the rung stays, its bytes are nullopt.
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
  const std::vector<std::string> comments = plan::reasons_for(decision, variant, std::string(version()));
  TRY_ASSIGN(variant,
             render::render_modelfile(std::move(variant), {.template_text = options.template_text,
                                                           .template_origin = options.template_origin,
                                                           .comments = comments}));
  return std::optional(std::move(variant));
}

Result<BaseAnalysis> analyze_base(const std::string& name, const std::vector<Demand>& demands,
                                  const DescribedModel& model, const AnalyzeOptions& options) {
  std::vector<policy::JobInput> jobs;
  for (const Demand& demand : demands) jobs.push_back(job_input(demand, model, options));
  TRY_ASSIGN(std::vector<Rung> rungs,
             price(policy::ladder(jobs, model.arch, options.policy), model, options.settings));
  BaseAnalysis base{.decision =
                        policy::decide(name, std::move(jobs), model.arch, std::move(rungs), options.policy)};
  for (JobDecision& job : base.decision.jobs) {
    if (job.num_ctx) job.outlook = demand::outlook(job.stats, *job.num_ctx, options.risk.confidence);
  }
  TRY_ASSIGN(base.variant, variant_for(base.decision, model, options));
  return base;
}

void append(std::vector<Warning>& all, const std::vector<Warning>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::vector<BaseDecision> decisions_of(const Analysis& analysis) {
  std::vector<BaseDecision> decisions;
  for (const BaseAnalysis& base : analysis.bases) decisions.push_back(base.decision);
  return decisions;
}

}  // namespace

Result<Analysis> analyze(const AnalyzeOptions& options, World& world, Talk& talk) {
  // 1. Bytes become exact histograms per job, model and day.
  TRY_ASSIGN(TraceSummary traces, read_traces(options.traces, world, talk));
  Analysis analysis{.risk = options.risk.risk,
                    .confidence = options.risk.confidence,
                    .settings = options.settings,
                    .inputs = std::move(traces.inputs),
                    .skipped = std::move(traces.skipped),
                    .remarks = std::move(traces.remarks)};
  //    From here on no trace is read again.

  // 2. What is each model? The only question to the outside; from here on every number is on the table.
  const JobsByModel groups = by_model(std::move(traces.demands));
  std::vector<std::string> names;
  for (const auto& [name, demands] : groups) names.push_back(name);
  TRY_ASSIGN(auto models, describe_models(names, options, world, talk));

  // 3. Per base model: what its jobs need, what every window would cost, which one is taken and why, and the
  //    Modelfile that says so. Pure: same input, same bytes.
  for (const std::string& name : names) {
    const DescribedModel& model = models[name];
    if (!name.empty() && !check_model_name(name)) {
      analysis.warnings.push_back(
          {"bad-model-name",
           printable(name, 60) + " is no name of a model on Ollama, so no variant is made for it"});
    }
    TRY_ASSIGN(BaseAnalysis base, analyze_base(name, groups.at(name), model, options));
    append(analysis.warnings, model.warnings);
    analysis.bases.push_back(std::move(base));
  }

  // 4. Everything that must be resident together, against the card.
  if (options.budget) {
    TRY_ASSIGN(
        analysis.budget,
        fit_budget(analysis.bases, *options.budget, options, [&](std::size_t i, const AnalyzeOptions& again) {
          return analyze_base(names[i], groups.at(names[i]), models[names[i]], again);
        }));
  }
  for (const BaseAnalysis& base : analysis.bases) append(analysis.warnings, base.decision.warnings);
  if (analysis.budget)
    append(analysis.warnings, policy::budget_warnings(decisions_of(analysis), *analysis.budget));
  return analysis;
}

ExitCode verdict(const Analysis& analysis) {
  if (analysis.bases.empty()) return ExitCode::withheld;
  if (analysis.budget && analysis.budget->fits == false) return ExitCode::over_budget;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      const bool cut = job.stats.censoring.verdict == CensoringVerdict::censored;
      const bool too_small = job.num_ctx && *job.num_ctx < job.stats.required.num_ctx;
      if (cut || too_small || job.action == Action::withhold) return ExitCode::withheld;
    }
  }
  return ExitCode::done;
}

}  // namespace ctxcap::app
