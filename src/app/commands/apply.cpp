// ctxcap apply: from a saved analysis, or from traces in one go, to a variant that is created and proved.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/walk.hpp"
#include "apply/apply.hpp"
#include "base/text.hpp"
#include "data/json.hpp"
#include "data/model_name.hpp"
#include "data/verification.hpp"
#include "render/render.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

struct ApplyInput {
  std::string plan, bad_lines;
  cli::OutputFlags output;
  apply::ApplyFlags apply;
};

struct Planned {
  std::vector<Variant> variants;
  PlanVerdict verdict;
  bool for_card = false;  // it was planned against a card
};

// The plan's text is read back with Ollama's grammar before it is used: a plan is a file that people may
// edit.
Result<Planned> from_plan(const std::string& path, World& world) {
  TRY_ASSIGN(const std::string json, world.files.read_all(path));
  TRY_ASSIGN(std::vector<Variant> variants, variants_of_plan(json, path));
  const std::optional<PlanVerdict> verdict = verdict_of_plan(json);
  Planned planned{.verdict = verdict.value_or(PlanVerdict{}), .for_card = plan_has_card(json)};
  for (Variant& variant : variants) {
    TRY_ASSIGN(Variant checked, render::check_modelfile(std::move(variant), path));
    if (!verdict) checked.against.push_back(path + ": the plan has no verdict");
    planned.variants.push_back(std::move(checked));
  }
  return planned;
}

// The analysis to stdout and into files; what follows from it is told afterwards.
Status show(const Analysis& analysis, const cli::OutputFlags& output, World& world, Talk& talk) {
  talk.clear();
  TRY_ASSIGN(const report::Format* format, report::format_named(output.format));
  world.console.out(format->print(analysis, styled(output.view, talk)));
  return write_files(analysis, output.files, world, talk);
}

Result<Planned> from_traces(const advise::AnalyzeOptions& options, const cli::OutputFlags& output,
                            World& world, Talk& talk) {
  TRY_ASSIGN(const Analysis analysis, analyze(options, world, talk));
  TRY(show(analysis, output, world, talk));
  Planned planned{.verdict = verdict_of(analysis)};
  for (const BaseAnalysis& base : analysis.bases) {
    planned.variants.insert(planned.variants.end(), base.variants.begin(), base.variants.end());
  }
  return planned;
}

// Whether a flag names where requests are.
bool names_source(const settings::Reading& read) {
  return std::any_of(read.shown.begin(), read.shown.end(), [&](const settings::Shown& shown) {
    const std::size_t dot = shown.key.find("].");
    return shown.origin == settings::Origin::flag && shown.key.starts_with("source[") &&
           find_kind(sources::kinds(), shown.key.substr(dot + 2)) != nullptr;
  });
}

// What a plan leaves open: which server, how to speak to it, and how things are told.
bool is_open(const settings::Shown& shown) {
  constexpr std::string_view kOpen[] = {
      "ollama.host", "ollama.via",  "ollama.wait",    "ollama.server",   "ollama.backend", "report.",
      "state.",      "variant.url", "variant.preset", "variant.section", "variant.config", "variant.model"};
  return shown.origin != settings::Origin::flag ||
         std::any_of(std::begin(kOpen), std::end(kOpen),
                     [&](std::string_view open) { return shown.key.starts_with(open); });
}

bool is_for_machines(const ApplyInput& flags) {
  return flags.output.format != "table";
}

// A flag that would change nothing is a misunderstanding, and better told than left alone.
Status check_flags(const ApplyInput& flags, const settings::Reading& read) {
  if (flags.plan.empty()) return {};
  std::string idle = flags.bad_lines.empty() ? "" : "--bad-lines";
  if (!flags.output.files.empty()) idle = "--output";
  if (is_for_machines(flags)) idle = "--format";
  for (const settings::Shown& shown : read.shown) {
    if (idle.empty() && !is_open(shown)) idle = shown.place;
  }
  if (idle.empty()) return {};
  return fail({.kind = ErrorKind::usage,
               .what = idle + " has no effect on a saved plan",
               .why = "what is created was decided when the plan was made",
               .hint = fmt::format(
                   "make a new plan with it: ctxcap analyze --traces FILE {} ... -o plan.json", idle)});
}

Error nothing_planned(const Planned& planned) {
  return {.kind = ErrorKind::withheld,
          .what = "there is no variant to create",
          .why = planned.verdict.reasons.empty() ? "the analysis gives no window for any model"
                                                 : join(planned.verdict.reasons, "; "),
          .hint = "ctxcap analyze --traces FILE   says why"};
}

// Where a plan goes: as flags say, else as its [[variant]] does.
apply::ServedTask task_of(ServedPlan plan, const settings::Settings& settings) {
  apply::ServedTask task{.plan = std::move(plan), .place = settings.variant.place};
  const bool named = !task.place.preset.empty() || !task.place.config.empty();
  for (const settings::Variant& variant : settings.variants) {
    if (named || variant.target != task.plan.target || !same_model(variant.base, task.plan.model)) continue;
    task.place = variant.place;
    task.name = variant.name;
    break;
  }
  return task;
}

// Whether the file has variants, and none of Ollama.
bool all_elsewhere(const settings::Settings& settings) {
  return !settings.variants.empty() &&
         std::all_of(settings.variants.begin(), settings.variants.end(),
                     [](const settings::Variant& one) { return one.target != Target::ollama; });
}

World with_console(World& world, Console& console) {
  return {world.http,        world.processes, world.clock,      world.files,    console,
          world.environment, world.databases, world.interrupts, world.libraries};
}

// Plans for servers where nothing is created; nullopt: it is for Ollama.
Result<std::optional<ExitCode>> elsewhere(const ApplyInput& flags, const advise::AnalyzeOptions& options,
                                          const settings::Settings& settings, World& world, Talk& talk) {
  std::vector<ServedPlan> plans;
  PlanVerdict verdict;
  if (!flags.plan.empty()) {
    TRY_ASSIGN(const std::string json, world.files.read_all(flags.plan));
    if (!has_served(json)) return std::optional<ExitCode>{};
    TRY_ASSIGN(plans, served_of_plan(json, flags.plan));
    verdict = verdict_of_plan(json).value_or(PlanVerdict{});
  } else {
    if (options.target == Target::ollama && !all_elsewhere(settings)) return std::optional<ExitCode>{};
    TRY_ASSIGN(const Analysis analysis, analyze(options, world, talk));
    talk.clear();
    if (is_for_machines(flags)) {
      TRY(show(analysis, flags.output, world, talk));
    } else {
      TRY(write_files(analysis, flags.output.files, world, talk));
    }
    plans = analysis.served;
    verdict = verdict_of(analysis);
    if (plans.empty()) return fail(nothing_planned({.verdict = verdict}));
  }
  std::vector<apply::ServedTask> tasks;
  for (ServedPlan& plan : plans) tasks.push_back(task_of(std::move(plan), settings));
  cli::AsideConsole aside(world.console);
  World beside = with_console(world, is_for_machines(flags) ? aside : world.console);
  TRY_ASSIGN(const ExitCode code,
             apply::apply_served(tasks, verdict, flags.apply, settings.ollama, beside, talk));
  return std::optional(code);
}

Result<ExitCode> run_apply(const ApplyInput& flags, const settings::Reading& read, World& world, Talk& talk) {
  settings::Settings settings = read.settings;
  // Sources of the configuration are meant where no plan is given.
  if (flags.plan.empty() ? settings.sources.empty() : names_source(read)) {
    return fail({.kind = ErrorKind::usage,
                 .what = flags.plan.empty() ? "nothing to apply" : "a plan and --traces were both given",
                 .why = "apply takes either a saved analysis, or traces to analyze now",
                 .hint = "ctxcap analyze --traces FILE -o plan.json   then   ctxcap apply plan.json"});
  }
  TRY(check_flags(flags, read));
  TRY(check_output(flags.output));
  if (!flags.plan.empty()) settings.sources.clear();
  TRY_ASSIGN(advise::AnalyzeOptions options,
             advise::settle(settings, world, {flags.output.files, flags.bad_lines}));
  options.what_if = cli::wants_what_if(flags.output);
  TRY_ASSIGN(const auto done, elsewhere(flags, options, settings, world, talk));
  if (done) return *done;
  // What an earlier run left half-way would be planned with.
  std::optional<apply::Session> session;
  if (!flags.apply.dry_run && !flags.apply.check) {
    TRY_ASSIGN(apply::Session begun, apply::begin_changes(settings.ollama, world, talk));
    session.emplace(std::move(begun));
  }
  TRY_ASSIGN(const Planned planned, flags.plan.empty() ? from_traces(options, flags.output, world, talk)
                                                       : from_plan(flags.plan, world));
  if (planned.variants.empty()) return fail(nothing_planned(planned));
  apply::ApplyFlags apply = flags.apply;
  apply.over_budget = planned.verdict.kind == VerdictKind::over_budget;
  apply.whole_on_gpu = (options.budget || planned.for_card) && options.settings.backend != "cpu";
  cli::AsideConsole aside(world.console);
  World beside = with_console(world, is_for_machines(flags) ? aside : world.console);
  return apply::apply_variants(planned.variants, apply, settings.ollama, session ? &*session : nullptr,
                               beside, talk);
}

Runner configure_apply(Parser& parser) {
  const auto flags = std::make_shared<ApplyInput>();
  parser.add_option("PLAN", flags->plan, "A saved analysis (ctxcap analyze -o plan.json)")
      .type_name("PLAN.json");
  add_bad_lines(parser, flags->bad_lines);
  cli::add_output_flags(parser, flags->output);
  parser.add_flag("-y,--yes", flags->apply.yes, "Do not ask");
  const Option dry =
      parser.add_flag("--dry-run", flags->apply.dry_run, "Show what would be done, change nothing");
  parser
      .add_flag("--check", flags->apply.check,
                "Only say whether there is anything to do; exit code 10 if there is")
      .excludes(dry);
  parser.add_flag("--force", flags->apply.force,
                  "Replace a model of the same name that ctxcap did not create; apply also what the analysis "
                  "advises against");
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_apply(*flags, read, world, talk);
  };
}

}  // namespace

constinit const Command kApply{
    "apply", "Create the capped variant, prove that it runs, undo it if it does not hold",
    "  ctxcap apply plan.json\n"
    "  ctxcap apply plan.json --dry-run\n"
    "  ctxcap apply plan.json --check\n"
    "  ctxcap apply --traces traces.jsonl --tag triage --yes\n"
    "  ctxcap apply --traces traces.jsonl --yes -o report.html\n"
    "  ctxcap apply --traces traces.jsonl --system-file triage.txt --parameter temperature=0\n",
    configure_apply, settings::kApply};

}  // namespace ctxcap::app
