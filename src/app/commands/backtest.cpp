// ctxcap backtest: would the rule have held? Walks forward over the traces, day by day, and applies the rule
// to what came before; side by side with the rules that people use instead.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "advise/advise.hpp"
#include "app/commands.hpp"
#include "base/text.hpp"
#include "demand/demand.hpp"
#include "describe/describe.hpp"
#include "memory/memory.hpp"

namespace ctxcap::app {
namespace {

struct BacktestFlags {
  cli::SkinFlags output;
  std::string bad_lines;
};

Result<JobBacktest> backtest_job(const Demand& demand, const DescribedModel& model,
                                 const advise::AnalyzeOptions& options) {
  JobBacktest result{.job = demand.job, .model = demand.model};
  const std::vector<Part> parts = demand::parts_of(demand);
  result.by_day = !parts.empty() && parts.front().day != kUnknownDay;
  for (const RuleResult& rule : demand::backtest(parts, options.risk)) {
    TRY_ASSIGN(const std::optional<double> kv,
               memory::mean_kv_bytes(rule.windows, model.arch, options.settings));
    result.rules.push_back({rule, kv});
  }
  return result;
}

Result<ExitCode> run_backtest(const BacktestFlags& flags, const settings::Settings& settings, World& world,
                              Talk& talk) {
  TRY(advise::require_sources(settings, "ctxcap backtest --traces FILE"));
  TRY(cli::check_skins("backtest", flags.output));
  TRY_ASSIGN(advise::AnalyzeOptions options,
             advise::settle(settings, world, {flags.output.files, flags.bad_lines}));
  options.traces.keep_requests = true;
  TRY_ASSIGN(TraceSummary traces, intake::read_sources(options.traces, world, talk));
  if (options.show.empty()) static_cast<void>(describe::name_blobs(traces, options.ollama_host, world));
  std::vector<std::string> names;
  for (const Demand& demand : traces.demands) names.push_back(demand.model);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  TRY_ASSIGN(auto models, describe::describe_models(names, options.whom_to_ask(), world, talk));

  Backtest backtest{.risk = options.risk.risk, .confidence = options.risk.confidence};
  for (const Demand& demand : traces.demands) {
    TRY_ASSIGN(JobBacktest job, backtest_job(demand, models[demand.model], options));
    backtest.jobs.push_back(std::move(job));
  }
  talk.clear();
  note_skipped(traces.skipped, talk);
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::backtest_text(backtest, style); },
                        .json = [&] { return backtest_json(backtest); },
                        .html = [&] { return report::backtest_page(backtest); }},
                       flags.output, world, talk));
  if (traces.demands.empty()) return fail(intake::no_request(traces.inputs, traces.skipped));
  const bool any = std::any_of(backtest.jobs.begin(), backtest.jobs.end(),
                               [](const JobBacktest& job) { return !job.rules.empty(); });
  return any ? ExitCode::done : ExitCode::withheld;
}

Runner configure_backtest(Parser& parser) {
  const auto flags = std::make_shared<BacktestFlags>();
  cli::add_skin_flags(parser, flags->output);
  add_bad_lines(parser, flags->bad_lines);
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_backtest(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kBacktest{
    "backtest",
    "Would the window have held in the past? Compared with max, max x 1.15, p90 x 1.15 and p99",
    "  ctxcap backtest --traces traces.jsonl\n"
    "  ctxcap backtest --traces traces.jsonl --show show.json --risk 0.01 -f json\n",
    configure_backtest,
    settings::kBacktest,
    false,
    true};

}  // namespace ctxcap::app
