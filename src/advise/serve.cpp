#include "advise/serve.hpp"

#include <algorithm>
#include <filesystem>

#include "base/version.hpp"
#include "memory/memory.hpp"
#include "plan/plan.hpp"
#include "render/render.hpp"

namespace ctxcap::advise {
namespace {

// The most requests that were at work together; nullopt: no row tells of it.
std::optional<i64> most_at_once(const BaseDecision& decision) {
  std::optional<i64> most;
  for (const JobDecision& job : decision.jobs) {
    if (!job.stats.busy.empty()) most = std::max(most.value_or(1), job.stats.busy.rbegin()->first);
  }
  return most;
}

// What vLLM is to load: as requests name it, else the folder of the config.json that was named.
std::string checkpoint_of(const std::string& model, const AnalyzeOptions& options) {
  if (!model.empty()) return model;
  const bool is_told = options.show.size() == 1;
  const auto folder =
      is_told ? std::filesystem::path(options.show.front().second).parent_path().string() : "";
  return folder.empty() ? "MODEL" : folder;
}

// The weights file that --show names, for a command line.
std::string file_of(const std::string& model, const AnalyzeOptions& options) {
  for (const auto& [name, path] : options.show) {
    if (path.ends_with(".gguf") && (name.empty() || name == model)) return path;
  }
  return "MODEL.gguf";
}

ServedPlan unrendered(const BaseDecision& decision, const DescribedModel& model,
                      const AnalyzeOptions& options) {
  const std::optional<i64> seen = most_at_once(decision);
  const i64 said = options.settings.parallel;
  const i64 at_once = std::max<i64>({seen.value_or(1), said, 1});
  const bool known = seen.has_value() || said > 1;
  if (options.target != Target::vllm) {
    ServedPlan plan =
        plan::plan_for_llama_server(decision.model, *decision.num_ctx, at_once, known, options.settings);
    plan.target = options.target;
    return plan;
  }
  const memory::VllmWish wish{.model = checkpoint_of(decision.model, options),
                              .num_ctx = *decision.num_ctx,
                              .at_once = at_once,
                              .at_once_seen = known,
                              .card = options.budget};
  const Checkpoint nobody{.unknown_reason = "its config.json is missing: --show MODEL/config.json"};
  return memory::plan_for_vllm(model.checkpoint ? *model.checkpoint : nobody, wish);
}

}  // namespace

Target target_of(const std::string& base, const AnalyzeOptions& options) {
  return options.target != Target::ollama ? options.target : options.of(base).target;
}

ServedPlan plan_of(const BaseDecision& decision, const DescribedModel& model, const AnalyzeOptions& options) {
  ServedPlan plan = unrendered(decision, model, options);
  for (const JobDecision& job : decision.jobs) plan.jobs.push_back(job.stats.job);
  return plan;
}

Result<std::vector<ServedPlan>> serve(const std::vector<BaseAnalysis>& bases, const DescribedModels& models,
                                      const AnalyzeOptions& options) {
  std::vector<ServedPlan> plans;
  for (const BaseAnalysis& base : bases) {
    const BaseDecision& decision = base.decision;
    const Target target = target_of(decision.model, options);
    if (!decision.num_ctx || target == Target::ollama) continue;
    AnalyzeOptions own = options;
    own.target = target;
    ServedPlan plan = plan_of(decision, models.at(decision.model), own);
    const Variant named{.name = plan.model, .num_ctx = *decision.num_ctx};
    const std::vector<std::string> reasons = plan::reasons_for(decision, named, std::string(version()));
    const std::string model = target == Target::vllm ? plan.model : file_of(decision.model, options);
    if (plan.refused.empty()) {
      TRY_ASSIGN(plan,
                 render::render_served(std::move(plan), model, render::served_templates(target), reasons));
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

}  // namespace ctxcap::advise
