// Stage 7: what the night leaves behind for others, over all servers.

#include <algorithm>

#include "advise/advise.hpp"
#include "base/version.hpp"
#include "demand/demand.hpp"
#include "nights/night.hpp"
#include "report/report.hpp"

namespace ctxcap::nights {
namespace {

BaseAnalysis told_as(const GroupNight& one, const ServerNight& here) {
  const policy::Group& group = one.group;
  BaseAnalysis base{.decision = *group.decision};
  base.variants = one.desired;
  const std::optional<Tokens> window = policy::window_after(group, here.jobs);
  if (!window) return base;
  base.decision = policy::decision_at(base.decision, {}, *window, group.verdict.reason);
  for (JobDecision& job : base.decision.jobs)
    job.outlook = demand::outlook(job.stats, *window, one.options.risk.confidence);
  return base;
}

Analysis analysis_of(const Night& night, const std::vector<ServerNight>& servers) {
  const settings::Settings& config = night.options.settings;
  Analysis analysis{.risk = config.policy.risk,
                    .confidence = config.policy.confidence,
                    .settings = servers.front().server.ollama.settings,
                    .inputs = night.inputs,
                    .skipped = night.skipped,
                    .warnings = night.warnings};
  for (const ServerNight& here : servers) {
    std::vector<BaseDecision> decisions;
    std::vector<BaseAnalysis> told;
    DescribedModels models;
    for (const GroupNight& one : here.groups) {
      if (!one.group.decision) continue;
      models[one.group.base] = one.model;
      analysis.bases.push_back(told_as(one, here));
      told.push_back(analysis.bases.back());
      const BaseDecision& decision = analysis.bases.back().decision;
      decisions.push_back(decision);
      for (const auto* warnings : {&one.model.warnings, &decision.warnings})
        analysis.warnings.insert(analysis.warnings.end(), warnings->begin(), warnings->end());
    }
    // A report has one card: the first one that is known.
    if (here.server.card && !decisions.empty() && !analysis.budget) {
      analysis.budget = policy::check_sets(told, *here.server.card);
      if (const std::string older = advise::older_scheduler(models); !older.empty() && told.size() > 1)
        analysis.budget->without.push_back("whether " + older + " keeps them loaded together");
      analysis.budget->together =
          advise::kept_together(told, models, {*here.server.card, here.server.ollama.settings});
      for (const Warning& warning : policy::budget_warnings(decisions, *analysis.budget))
        analysis.warnings.push_back(warning);
    }
  }
  std::sort(analysis.bases.begin(), analysis.bases.end(),
            [](const BaseAnalysis& a, const BaseAnalysis& b) { return a.decision.model < b.decision.model; });
  return analysis;
}

// Of the page of one server: several are not turned at once. `models`: of its bases.
void add_what_if(Analysis& analysis, const std::vector<ServerNight>& servers) {
  if (servers.size() != 1 || analysis.bases.empty()) return;
  const ServerNight& here = servers.front();
  DescribedModels models;
  advise::AnalyzeOptions options;
  for (const GroupNight& one : here.groups) {
    if (!one.group.decision) continue;
    models[one.group.base] = one.model;
    advise::AnalyzeOptions own = one.options;
    own.budget = here.server.card;
    if (models.size() == 1) options = own;
    options.of_base.insert_or_assign(with_tag(one.group.base), std::move(own));
  }
  analysis.what_if = advise::what_if(analysis, models, options);
}

// Every variant that is there, with what its last load took.
Status add_variants(Metrics& metrics, const ServerNight& here) {
  state::State& state = here.night.state;
  for (const GroupNight& one : here.groups) {
    for (const policy::Kept& kept : one.group.variants) {
      const std::string& name = kept.wanted.name;
      TRY_ASSIGN(const auto owned, state.variant(here.host(), name));
      if (!owned) continue;
      TRY_ASSIGN(std::vector<Measurement> measured, state.measurements(name));
      std::erase_if(measured, [&](const Measurement& one_load) { return one_load.host != here.host(); });
      metrics.variants.push_back(report::variant_metrics(*owned, one.group.base, measured));
    }
  }
  return {};
}

bool any_answered(const std::vector<ServerNight>& servers) {
  return std::any_of(servers.begin(), servers.end(),
                     [](const ServerNight& here) { return !here.groups.empty(); });
}

}  // namespace

Status write_reports(Night& night, const std::vector<ServerNight>& servers, cli::ExitCode code,
                     double seconds) {
  const settings::Report& wanted = night.options.settings.report;
  if (night.options.dry_run) return {};
  Analysis analysis = analysis_of(night, servers);
  // A night that could ask nobody leaves the report of the last one that could.
  for (const std::string& path : any_answered(servers) ? wanted.files : std::vector<std::string>{}) {
    TRY_ASSIGN(const report::Format* format, report::format_for_file(path));
    if (format->has_what_if && analysis.what_if.empty()) add_what_if(analysis, servers);
    TRY(night.world.files.write_atomic(path, format->print(analysis, {})));
  }
  if (wanted.prom.empty()) return {};
  Metrics metrics = report::metrics_of(analysis);
  metrics.version = version();
  metrics.variants.clear();
  for (const ServerNight& here : servers) TRY(add_variants(metrics, here));
  TRY_ASSIGN(const std::vector<Run> runs, night.state.runs("nightly"));
  metrics.run = report::run_metrics(runs, night.world.clock.now(), static_cast<int>(code), seconds);
  return night.world.files.write_atomic(wanted.prom, report::prom_text(metrics));
}

}  // namespace ctxcap::nights
