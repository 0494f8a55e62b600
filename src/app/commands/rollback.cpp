// ctxcap rollback: what was there before a variant is there again.

#include <memory>

#include "app/commands.hpp"
#include "apply/apply.hpp"
#include "base/text.hpp"
#include "policy/policy.hpp"
#include "render/render.hpp"
#include "report/report.hpp"

namespace ctxcap::app {
namespace {

Result<ExitCode> run_rollback(const apply::RollbackFlags& flags, const settings::Settings& settings,
                              World& world, Talk& talk) {
  if (flags.name.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no variant to roll back",
                 .why = "it takes the name of a variant that ctxcap created",
                 .hint = "ctxcap rollback devstral-small-2:triage"});
  }
  TRY_ASSIGN(const auto served, apply::find_served(flags.name, world));
  if (served) return apply::roll_back_served(*served, flags, settings.ollama, world, talk);
  TRY_ASSIGN(const runtime::Host host, runtime::parse_host(settings.ollama.host));
  runtime::Ollama ollama = apply::server_of(settings.ollama, host, world);
  if (flags.dry_run) {
    TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
    TRY_ASSIGN(const WayBack way, runtime::find_way_back(flags.name, ollama, state));
    TRY_ASSIGN(const auto loaded, runtime::loaded_beside(ollama, {way.now.variant.base}));
    world.console.out(report::way_text(way) + report::disturbed_text(loaded, {way.now.variant.name}));
    talk.note("dry run: nothing changed");
    return ExitCode::done;
  }
  TRY_ASSIGN(const auto lock, state::lock(world, host.id));
  TRY_ASSIGN(state::State state, state::State::open(world));
  TRY(apply::recover_unfinished(ollama, state, talk));
  TRY_ASSIGN(const WayBack way, runtime::find_way_back(flags.name, ollama, state));
  TRY_ASSIGN(const auto loaded, runtime::loaded_beside(ollama, {way.now.variant.base}));
  world.console.out(report::way_text(way) + report::disturbed_text(loaded, {way.now.variant.name}));
  TRY_ASSIGN(const bool agreed, flags.yes ? Result<bool>(true) : ask("Roll back?", world, talk));
  if (!agreed) return ExitCode::done;
  std::optional<Variant> recipe = runtime::recipe_of(way);
  if (recipe) {
    TRY_ASSIGN(recipe, render::check_modelfile(std::move(*recipe), "the state"));
  }
  runtime::Disturbance disturbance;
  const auto done = runtime::roll_back(
      world, ollama, state, way, recipe,
      apply::shown({.via = settings.ollama.via, .disturbance = &disturbance}, way.now.variant.name, talk));
  talk.clear();
  const std::string again = report::again_text(disturbance.end(ollama, state));
  world.console.out(again);
  TRY_ASSIGN(const std::optional<Receipt> receipt, done);
  if (receipt) world.console.out(report::receipt_text(*receipt, *recipe, talk.out()));
  for (DecisionRecord& record : policy::records_of_rollback(way, world.clock.now())) {
    record.host = host.id;
    TRY(state.record(record));
  }
  talk.note(printable(way.now.variant.name) + " was rolled back");
  return ExitCode::done;
}

Runner configure_rollback(Parser& parser) {
  const auto flags = std::make_shared<apply::RollbackFlags>();
  parser.add_option("VARIANT", flags->name, "A variant that ctxcap created").type_name("VARIANT");
  parser.add_flag("-y,--yes", flags->yes, "Do not ask");
  parser.add_flag("--dry-run", flags->dry_run, "Show what would be done, change nothing");
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_rollback(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kRollback{"rollback", "Undo a variant: restore what was there before",
                                  "  ctxcap rollback devstral-small-2:triage --dry-run\n"
                                  "  ctxcap rollback devstral-small-2:triage\n"
                                  "  ctxcap rollback devstral-small-2:triage --yes\n",
                                  configure_rollback, settings::kRollback};

}  // namespace ctxcap::app
