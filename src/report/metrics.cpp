#include "data/decision.hpp"
#include "report/report.hpp"

namespace ctxcap::report {

Metrics metrics_of(const Analysis& analysis) {
  Metrics metrics{.skipped = analysis.skipped};
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      const Variant* variant = base.variant_of(job);
      const DemandStats& stats = job.stats;
      JobMetrics row{.job = stats.job,
                     .model = base.decision.model,
                     .variant = variant != nullptr ? variant->name : "",
                     .requests = stats.requests,
                     .prompt = stats.prompt,
                     .total = stats.total,
                     .generation = stats.generation,
                     .cap = job.num_ctx,
                     .censored = stats.censoring.verdict == CensoringVerdict::censored};
      // Of a cut job the data gives the window to try next, not the one it needs.
      if (!need_is_unknown(stats)) row.required = stats.required.num_ctx;
      if (job.current) row.current = job.current->num_ctx;
      if (job.outlook) {
        row.risk = job.outlook->share_upper;
        row.expected_cut_30d = job.outlook->expected_cut_30d;
      }
      metrics.jobs.push_back(std::move(row));
    }
    for (const Variant& variant : base.variants) {
      metrics.variants.push_back({.variant = variant.name,
                                  .model = base.decision.model,
                                  .cap = variant.num_ctx,
                                  .predicted = variant.predicted_bytes});
    }
  }
  return metrics;
}

VariantMetrics variant_metrics(const OwnedVariant& variant, const std::string& model,
                               const std::vector<Measurement>& measured) {
  VariantMetrics row{.variant = variant.variant.name,
                     .model = model,
                     .cap = variant.variant.num_ctx,
                     .predicted = variant.variant.predicted_bytes};
  for (const Measurement& measurement : measured) {
    if (measurement.digest == variant.digest && measurement.seen.size) row.measured = measurement.seen.size;
  }
  return row;
}

RunMetrics run_metrics(const std::vector<Run>& earlier, Instant now, int exit_code, double seconds) {
  RunMetrics run{.at = now, .exit_code = exit_code, .seconds = seconds};
  for (const Run& one : earlier) {
    if (one.exit_code == 0 && one.finished) run.last_success = one.finished;
  }
  if (exit_code == 0) run.last_success = now;
  return run;
}

}  // namespace ctxcap::report
