// Stage 7: what the night leaves behind for others.

#include <fmt/format.h>

#include <algorithm>

#include "app/assets.hpp"
#include "app/nightly/night.hpp"
#include "demand/demand.hpp"
#include "report/report.hpp"

namespace ctxcap::app {
namespace {

// The window that is in force after the night; nullopt: none.
std::optional<Tokens> window_after(const Group& group, const Night& night) {
  for (const JobNight& job : night.jobs) {
    if (job.record.model != group.base || job.record.outcome != Outcome::applied) continue;
    if (group.verdict.changes()) return group.verdict.num_ctx;
  }
  return group.at_dusk;
}

BaseAnalysis told_as(const Group& group, const Night& night) {
  BaseAnalysis base = *group.analysis;
  const std::optional<Tokens> window = window_after(group, night);
  if (!group.desired.empty()) base.variant = group.desired.front();
  if (!window) return base;
  settings::Variant all = *group.variants.front().wanted;
  all.jobs.clear();
  base.decision = decision_at(group, all, *window, group.verdict.reason);
  for (JobDecision& job : base.decision.jobs)
    job.outlook = demand::outlook(job.stats, *window, group.options.risk.confidence);
  return base;
}

Analysis analysis_of(const Night& night) {
  const settings::Settings& config = night.options.config;
  Analysis analysis{.risk = config.policy.risk,
                    .confidence = config.policy.confidence,
                    .settings = config.ollama.settings,
                    .inputs = night.inputs,
                    .skipped = night.skipped};
  std::vector<BaseDecision> decisions;
  for (const Group& group : night.groups) {
    if (!group.analysis) continue;
    analysis.bases.push_back(told_as(group, night));
    const BaseDecision& decision = analysis.bases.back().decision;
    decisions.push_back(decision);
    for (const auto* warnings : {&group.model.warnings, &decision.warnings})
      analysis.warnings.insert(analysis.warnings.end(), warnings->begin(), warnings->end());
  }
  std::sort(analysis.bases.begin(), analysis.bases.end(),
            [](const BaseAnalysis& a, const BaseAnalysis& b) { return a.decision.model < b.decision.model; });
  if (config.card && !decisions.empty()) analysis.budget = policy::check_budget(decisions, *config.card);
  return analysis;
}

// Every variant that is there, with what its last load took.
Status add_variants(Metrics& metrics, Night& night) {
  metrics.variants.clear();
  for (const Group& group : night.groups) {
    for (const KeptVariant& kept : group.variants) {
      const std::string& name = kept.wanted->name;
      TRY_ASSIGN(const auto owned, night.state.variant(night.ollama.host().url, name));
      if (!owned) continue;
      VariantMetrics row{.variant = name, .model = group.base, .cap = owned->variant.num_ctx};
      row.predicted = owned->variant.predicted_bytes;
      TRY_ASSIGN(const std::vector<Measurement> measured, night.state.measurements(name));
      for (const Measurement& measurement : measured) {
        if (measurement.digest == owned->digest && measurement.seen.size)
          row.measured = measurement.seen.size;
      }
      metrics.variants.push_back(std::move(row));
    }
  }
  return {};
}

Result<RunMetrics> run_metrics(Night& night, ExitCode code, double seconds) {
  RunMetrics run{.at = night.world.clock.now(), .exit_code = static_cast<int>(code), .seconds = seconds};
  TRY_ASSIGN(const std::vector<Run> runs, night.state.runs("nightly"));
  for (const Run& earlier : runs) {
    if (earlier.exit_code == 0 && earlier.finished) run.last_success = earlier.finished;
  }
  if (code == ExitCode::done) run.last_success = run.at;
  return run;
}

}  // namespace

Status write_reports(Night& night, ExitCode code, double seconds) {
  const settings::Report& wanted = night.options.config.report;
  if (night.options.dry_run) return {};
  const Analysis analysis = analysis_of(night);
  // A night that could ask nobody leaves the report of the last one that could.
  for (const std::string& path : night.groups.empty() ? std::vector<std::string>{} : wanted.files) {
    TRY_ASSIGN(const report::Format* format, report::format_for_file(path));
    TRY(night.world.files.write_atomic(path, format->print(analysis, {})));
  }
  if (wanted.prom.empty()) return {};
  Metrics metrics = report::metrics_of(analysis);
  metrics.version = version();
  TRY(add_variants(metrics, night));
  TRY_ASSIGN(metrics.run, run_metrics(night, code, seconds));
  return night.world.files.write_atomic(wanted.prom, report::prom_text(metrics));
}

}  // namespace ctxcap::app
