#include "app/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "advise/advise.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "data/verdict.hpp"
#include "demand/demand.hpp"
#include "describe/describe.hpp"
#include "model/model.hpp"
#include "policy/policy.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

using Models = DescribedModels;
using JobsByBase = std::map<std::string, std::vector<Demand>>;

std::vector<std::string> models_of(const std::vector<Demand>& demands) {
  std::vector<std::string> names;
  for (const Demand& demand : demands) names.push_back(demand.model);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// What variants for those requests are made from.
const std::string& origin_of(const Demand& demand, const Models& models) {
  return models.at(demand.model).from;
}

// The models that share weights are one to Ollama, whatever each of them is beside. The group has the name of
// the one that they were made from, where requests name it, else of the first.
JobsByBase by_base(std::vector<Demand> demands, const Models& models) {
  const model::Bases bases(models);
  std::map<std::string, std::vector<Demand>> by_weights;
  for (Demand& demand : demands) by_weights[bases.of(origin_of(demand, models))].push_back(std::move(demand));
  JobsByBase groups;
  for (auto& [base, group] : by_weights) {
    std::set<std::string> origins;
    for (const Demand& demand : group) origins.insert(origin_of(demand, models));
    groups[origins.contains(base) ? base : *origins.begin()] = std::move(group);
  }
  return groups;
}

// What gets one window: jobs of a base model. They may come from several models on the same weights: each
// tells its own window in use.
struct BasePart {
  std::string base;
  std::vector<const Demand*> demands;
};

// All jobs of a base together, unless every job is to have its own window.
std::vector<BasePart> base_parts_of(const std::string& base, const std::vector<Demand>& demands,
                                    bool per_job) {
  std::map<std::string_view, BasePart> parts;
  for (const Demand& demand : demands) {
    BasePart& part = parts[per_job ? std::string_view(demand.job) : ""];
    part.base = base;
    part.demands.push_back(&demand);
  }
  std::vector<BasePart> list;
  for (auto& [job, part] : parts) list.push_back(std::move(part));
  return list;
}

// A [[variant]] for some of the jobs, or several of one base, are a night's to keep: what is decided here is
// one window for all of them, and a variant that nobody wrote down would be none of theirs.
bool is_for_a_night(const BaseDecision& decision, const advise::AnalyzeOptions& options) {
  if (options.several) return options.variant.name.empty() && options.variant.tag.empty();
  const std::vector<std::string>& jobs = options.jobs;
  return !jobs.empty() &&
         std::any_of(decision.jobs.begin(), decision.jobs.end(), [&](const JobDecision& job) {
           return std::find(jobs.begin(), jobs.end(), job.stats.job) == jobs.end();
         });
}

// The window is shared, FROM is each model's own: it may have an adapter, a template or texts.
Status add_variants(BaseAnalysis& base, const Models& models, const advise::AnalyzeOptions& options) {
  // There is nothing to create elsewhere.
  if (advise::target_of(base.decision.model, options) != Target::ollama) return {};
  std::set<std::string> origins;
  for (const JobDecision& job : base.decision.jobs) origins.insert(job.from);
  for (const std::string& from : origins) {
    const BaseDecision decision = policy::decision_of(base.decision, from);
    if (is_for_a_night(decision, options.of(from))) {
      base.decision.warnings.push_back(
          {"variants-of-jobs", fmt::format("the configuration has variants of {} for some of its jobs, so "
                                           "none is made for all jobs together (--tag makes one)",
                                           printable(from, 60))});
      continue;
    }
    TRY_ASSIGN(auto variant,
               advise::variant_for(decision, models.at(from), options.of(from), advise::Before::is_kept));
    if (!variant) continue;
    if (auto warning = plan::empty_system(*variant)) base.decision.warnings.push_back(std::move(*warning));
    base.variants.push_back(std::move(*variant));
  }
  return {};
}

// `how`: settings and policy that it is decided with.
Result<BaseAnalysis> analyze_base(const BasePart& part, const Models& models,
                                  const advise::AnalyzeOptions& options, const policy::Variation& how) {
  const auto& [name, demands] = part;
  std::vector<policy::JobInput> jobs;
  for (const Demand* demand : demands) {
    jobs.push_back(
        advise::job_input(*demand, models.at(demand->model), options.of(origin_of(*demand, models))));
  }
  BaseAnalysis base;
  TRY_ASSIGN(base.decision,
             advise::decide_base(name, std::move(jobs), models.at(name), how.policy, how.settings));
  for (std::size_t i = 0; i < demands.size(); ++i)
    base.decision.jobs[i].from = origin_of(*demands[i], models);
  for (JobDecision& job : base.decision.jobs) {
    if (job.num_ctx) job.outlook = demand::outlook(job.stats, *job.num_ctx, options.of(name).risk.confidence);
  }
  TRY(add_variants(base, models, options));
  return base;
}

Result<std::vector<BaseAnalysis>> analyze_parts(const std::vector<BasePart>& parts, const Models& models,
                                                const advise::AnalyzeOptions& options) {
  std::vector<Result<BaseAnalysis>> found(parts.size());
  in_parallel(parts.size(), options.traces.threads, [&](std::size_t i) {
    const advise::AnalyzeOptions& own = options.of(parts[i].base);
    found[i] = analyze_base(parts[i], models, options, {own.settings, own.policy});
  });
  std::vector<BaseAnalysis> bases;
  for (Result<BaseAnalysis>& base : found) {
    TRY(base);
    bases.push_back(*std::move(base));
  }
  return bases;
}

// Sources that nobody named file by file: the report says what was read.
bool reads_own_log(const std::vector<SourceSettings>& sources) {
  return !sources.empty() && std::all_of(sources.begin(), sources.end(), [](const SourceSettings& source) {
    return source.kind == &sources::usual_kind();
  });
}

void append(std::vector<Warning>& all, const std::vector<Warning>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::vector<BaseDecision> decisions_of(const Analysis& analysis) {
  std::vector<BaseDecision> decisions;
  for (const BaseAnalysis& base : analysis.bases) decisions.push_back(base.decision);
  return decisions;
}

void add_shared_weights(Analysis& analysis, const JobsByBase& groups) {
  for (const auto& [name, demands] : groups) {
    std::vector<BaseAnalysis> parts;
    for (const BaseAnalysis& base : analysis.bases) {
      if (base.decision.model == name) parts.push_back(base);
    }
    if (parts.size() > 1) analysis.shared.push_back(demand::count_reloads_of(parts, demands));
  }
}

// Names that hold an id make a job of every request, each with too little data for anything.
std::optional<Warning> many_jobs(const TraceSummary& traces) {
  constexpr i64 kMany = 1'000;
  const i64 jobs = static_cast<i64>(traces.demands.size()) + traces.pooled;
  if (jobs <= kMany) return std::nullopt;
  std::string text =
      fmt::format("{}: the usual cause are names that contain an id or a date; ", counted(jobs, "job"));
  text += traces.group_by.empty() ? "--job field:PATH takes the job from another field of the rows"
                                  : fmt::format("--job {} makes {} of them", traces.group_by,
                                                counted(traces.grouped_jobs, "job"));
  if (traces.pooled > 0) {
    text += fmt::format("; the {} smallest are counted together as \"{}\"", with_commas(traces.pooled),
                        kOtherJobs);
  }
  return Warning{"many-jobs", text};
}

}  // namespace

Result<Analysis> analyze(const advise::AnalyzeOptions& options, World& world, Talk& talk) {
  // 1. Bytes become exact histograms per job, model and day.
  TRY_ASSIGN(TraceSummary traces, intake::read_sources(options.traces, world, talk));
  Analysis analysis{.risk = options.risk.risk,
                    .confidence = options.risk.confidence,
                    .settings = options.settings,
                    .inputs = std::move(traces.inputs),
                    .skipped = std::move(traces.skipped),
                    .remarks = std::move(traces.remarks)};
  if (auto warning = many_jobs(traces)) analysis.warnings.push_back(std::move(*warning));
  if (reads_own_log(options.traces.sources)) {
    for (const InputSummary& input : analysis.inputs)
      analysis.read_from += (analysis.read_from.empty() ? "" : ", ") + input.source;
  }
  if (options.show.empty() && options.target == Target::ollama)
    static_cast<void>(describe::name_blobs(traces, options.ollama_host, world));
  //    From here on no trace is read again.

  // 2. What is each model? The only question to the outside; from here on every number is on the table.
  TRY_ASSIGN(const Models models,
             describe::describe_models(models_of(traces.demands), options.whom_to_ask(), world, talk));
  const JobsByBase groups = by_base(std::move(traces.demands), models);

  // 3. Per base model: what its jobs need, what every window would cost, which one is taken and why, and the
  //    Modelfile that says so. Pure: same input, same bytes.
  std::vector<BasePart> parts;  // of analysis.bases, one by one
  const bool for_ollama = options.target == Target::ollama;
  for (const auto& [name, demands] : groups) {
    if (for_ollama && !name.empty() && !check_model_name(name)) {
      analysis.warnings.push_back(
          {"bad-model-name",
           printable(name, 60) + " cannot be the name of a model on Ollama, so no variant is made for it"});
    }
    for (const std::string& model : models_of(demands)) append(analysis.warnings, models.at(model).warnings);
    for (BasePart& part : base_parts_of(name, demands, options.per_job)) parts.push_back(std::move(part));
  }
  TRY_ASSIGN(analysis.bases, analyze_parts(parts, models, options));

  // 4. Everything that must be resident together, against the card.
  if (options.budget && for_ollama) {
    const auto again = [&](std::size_t i, policy::Variation another) {
      if (!another.policy.num_ctx) another.policy.num_ctx = options.of(parts[i].base).policy.num_ctx;
      return analyze_base(parts[i], models, options, another);
    };
    TRY_ASSIGN(analysis.budget, policy::fit_budget(analysis.bases, *options.budget,
                                                   {options.settings, options.policy}, again));
    if (const std::string older = advise::older_scheduler(models); !older.empty() && parts.size() > 1)
      analysis.budget->without.push_back("whether " + older + " keeps them loaded together");
    analysis.budget->together =
        advise::kept_together(analysis.bases, models, {*options.budget, options.settings});
  }

  TRY_ASSIGN(analysis.served, advise::serve(analysis.bases, models, options));

  // 5. What separate windows on the same weights would have cost.
  if (options.per_job) add_shared_weights(analysis, groups);
  for (const BaseAnalysis& base : analysis.bases) append(analysis.warnings, base.decision.warnings);
  if (analysis.budget)
    append(analysis.warnings, policy::budget_warnings(decisions_of(analysis), *analysis.budget));
  // 6. The same under other settings, for a report in which they are turned.
  if (options.what_if) analysis.what_if = advise::what_if(analysis, models, options);
  return analysis;
}

ExitCode verdict(const Analysis& analysis) {
  for (const ServedPlan& plan : analysis.served) {
    if (!plan.refused.empty()) return ExitCode::over_budget;
  }
  switch (verdict_of(analysis).kind) {
    case VerdictKind::over_budget:
      return ExitCode::over_budget;
    case VerdictKind::withheld:
      return ExitCode::withheld;
    case VerdictKind::advice:
    case VerdictKind::holds:
      break;
  }
  return ExitCode::done;
}

}  // namespace ctxcap::app
