// ctxcap rollback: what was there before a variant is there again.

#include <fmt/format.h>

#include <memory>

#include "app/ask.hpp"
#include "app/change.hpp"
#include "app/commands.hpp"
#include "app/parser.hpp"
#include "app/unfinished.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "render/render.hpp"

namespace ctxcap::app {
namespace {

struct Flags {
  std::string name, ollama_host, via = "auto";
  bool yes = false, dry_run = false;
};

// What there is to go back from and to.
struct Way {
  state::OwnedVariant now;
  std::optional<state::OwnedVariant> before;  // nullopt: there was nothing
  std::optional<InstalledModel> there;        // what the server has under the name
  std::optional<InstalledModel> base;         // of `before`, where it is a recipe of ours

  bool gives_back() const { return before && !before->kept_as.empty(); }
};

Result<state::OwnedVariant> known_variant(const std::string& name, const std::string& host,
                                          state::State& state) {
  std::vector<std::string> names;
  TRY_ASSIGN(const std::vector<state::OwnedVariant> all, state.variants());
  for (const state::OwnedVariant& known : all) {
    if (known.host != host) continue;
    if (runtime::same_model(known.variant.name, name)) return known;
    names.push_back(known.variant.name);
  }
  const std::string near = closest(name, names);
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} is no variant of ours on {}", printable(name, 80), host),
               .why = "the state knows of no such one that ctxcap created there",
               .hint = near.empty() ? "ollama list   shows what there is"
                                    : "did you mean: ctxcap rollback " + printable(near, 80)});
}

Error changed_since(const Way& way) {
  return {.kind = ErrorKind::usage,
          .what = printable(way.now.variant.name) + " is not ours any more",
          .why = "somebody changed it since ctxcap created it",
          .hint = "nothing was changed; compare with: ollama show " + printable(way.now.variant.name)};
}

Error kept_is_gone(const Way& way) {
  return {.kind = ErrorKind::failure,
          .what = "what was there before " + printable(way.now.variant.name) + " is gone",
          .why = printable(way.before->kept_as) + ", under which it was kept, was removed or changed",
          .hint = "nothing was changed; pull or create it again by hand"};
}

Result<Way> find_way(const Flags& flags, runtime::Ollama& ollama, state::State& state) {
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  const std::string& host = ollama.host().url;
  Way way;
  TRY_ASSIGN(way.now, known_variant(flags.name, host, state));
  TRY_ASSIGN(way.before, state.previous(host, way.now.variant.name));
  const auto found = [&](const std::string& name) {
    const InstalledModel* model = find_model(installed, name);
    return model == nullptr ? std::nullopt : std::optional(*model);
  };
  way.there = found(way.now.variant.name);
  // A rollback that was killed may have put it back already.
  const bool is_back = way.gives_back() && way.there && way.there->digest == way.before->digest;
  if (way.there && way.there->digest != way.now.digest && !is_back) return fail(changed_since(way));
  if (way.gives_back()) {
    const auto kept = found(way.before->kept_as);
    if (!is_back && (!kept || kept->digest != way.before->digest)) return fail(kept_is_gone(way));
  } else if (way.before) {
    way.base = found(way.before->variant.base);
  }
  return way;
}

bool base_changed(const Way& way) {
  return way.base && !way.before->variant.base_digest.empty() &&
         way.base->digest != way.before->variant.base_digest;
}

std::string way_text(const Way& way) {
  const std::string name = printable(way.now.variant.name), window = with_commas(way.now.variant.num_ctx);
  if (!way.before) return fmt::format("Plan\n  remove   {} ({}); there was none before\n", name, window);
  if (way.gives_back())
    return fmt::format("Plan\n  restore  {} from {}, where it was kept ({} now)\n", name,
                       printable(way.before->kept_as), window);
  std::string text = fmt::format(
      "Plan\n  restore  {} FROM {}: {} -> {}, as on {}\n", name, printable(way.before->variant.base), window,
      with_commas(way.before->variant.num_ctx), iso_date(day_of(way.before->created)));
  if (base_changed(way))
    text += fmt::format("  note     {} was updated since: the window of then on the weights of now\n",
                        printable(way.before->variant.base));
  return text;
}

Status remove_it(const Way& way, runtime::Ollama& ollama, state::State& state) {
  const std::string& name = way.now.variant.name;
  if (way.there) {
    // Unloaded while the name still leads to the runner; that it fails must not keep us from going on.
    [[maybe_unused]] const Status ignored = ollama.unload(name);
    TRY(ollama.remove(name));
  }
  return state.rolled_back(way.now.host, name, "");
}

Status give_back(const Way& way, runtime::Ollama& ollama, state::State& state) {
  const std::string &name = way.now.variant.name, &kept = way.before->kept_as;
  if (!way.there || way.there->digest != way.before->digest) {
    if (way.there) [[maybe_unused]]
      const Status ignored = ollama.unload(name);
    TRY(ollama.copy(kept, name));
    TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
    const InstalledModel* there = find_model(installed, name);
    if (there == nullptr || there->digest != way.before->digest) {
      return fail({.kind = ErrorKind::unverified,
                   .what = printable(name) + " was not restored",
                   .why = ollama.host().url + " said that it copied it, but lists another model",
                   .hint = fmt::format("ollama cp {} {}", printable(kept), printable(name))});
    }
  }
  TRY(state.rolled_back(way.now.host, name, way.before->digest));
  TRY(ollama.remove(kept));
  return {};
}

Status create_again(const Way& way, const Flags& flags, runtime::Ollama& ollama, state::State& state,
                    World& world, Talk& talk) {
  Variant recipe = way.before->variant;
  recipe.replaces_digest.reset();
  if (base_changed(way)) recipe.base_digest = way.base->digest;
  TRY_ASSIGN(recipe, render::check_modelfile(std::move(recipe), "the state"));
  const Place place{.there = way.there, .ours = true};
  TRY_ASSIGN(const Receipt receipt,
             change_variant(recipe, place, ollama, state, {.via = via_of(flags.via)}, world, talk));
  world.console.out(report::receipt_text(receipt, recipe, talk.out()));
  // The same model again was no new entry.
  const int steps = receipt.digest == way.now.digest ? 1 : 2;
  return state.rolled_back(way.now.host, way.now.variant.name, receipt.digest, steps);
}

Status write_down(const Way& way, Instant now, state::State& state) {
  const Tokens from = way.now.variant.num_ctx;
  const bool known = way.before && !way.gives_back();
  const std::optional<Tokens> to = known ? std::optional(way.before->variant.num_ctx) : std::nullopt;
  for (const std::string& job : way.now.variant.jobs) {
    TRY(state.record(DecisionRecord{.at = now,
                                    .job = job,
                                    .model = way.now.variant.base,
                                    .from_num_ctx = from,
                                    .to_num_ctx = to,
                                    .action = !to          ? Action::withhold
                                              : *to < from ? Action::shrink
                                              : *to > from ? Action::grow
                                                           : Action::keep,
                                    .reason = "rolled back by hand",
                                    .outcome = Outcome::rolled_back}));
  }
  return {};
}

Result<ExitCode> run(const Flags& flags, World& world, Talk& talk) {
  if (flags.name.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no variant to roll back",
                 .why = "it takes the name of a variant that ctxcap created",
                 .hint = "ctxcap rollback devstral-small-2:triage"});
  }
  TRY_ASSIGN(const runtime::Host host,
             runtime::parse_host(flags.ollama_host.empty() ? world.environment.get("OLLAMA_HOST").value_or("")
                                                           : flags.ollama_host));
  runtime::Ollama ollama(world.http, world.clock, host);
  if (flags.dry_run) {
    TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
    TRY_ASSIGN(const Way way, find_way(flags, ollama, state));
    world.console.out(way_text(way));
    talk.note("dry run: nothing was changed");
    return ExitCode::done;
  }
  TRY_ASSIGN(const auto lock, state::lock(world));
  TRY_ASSIGN(state::State state, state::State::open(world));
  TRY(recover_unfinished(ollama, state, talk));
  TRY_ASSIGN(const Way way, find_way(flags, ollama, state));
  world.console.out(way_text(way));
  if (!flags.yes) TRY(ask("Roll back?", world, talk));
  if (!way.before) {
    TRY(remove_it(way, ollama, state));
  } else if (way.gives_back()) {
    TRY(give_back(way, ollama, state));
  } else {
    TRY(create_again(way, flags, ollama, state, world, talk));
  }
  TRY(write_down(way, world.clock.now(), state));
  talk.clear();
  talk.note(printable(way.now.variant.name) + " was rolled back");
  return ExitCode::done;
}

Runner configure(Parser& parser) {
  const auto flags = std::make_shared<Flags>();
  parser.add_option("variant", flags->name, "A variant that ctxcap created").type_name("VARIANT");
  parser.add_option("--ollama", flags->ollama_host, "Ollama server (default: OLLAMA_HOST)").type_name("HOST");
  parser.add_flag("-y,--yes", flags->yes, "Do not ask");
  parser.add_flag("--dry-run", flags->dry_run, "Show what would be done, change nothing");
  parser.add_option("--via", flags->via, "How to create: auto, cli (ollama create) or api (POST /api/create)")
      .one_of({"auto", "cli", "api"})
      .show_default();
  return [flags](World& world, Talk& talk) { return run(*flags, world, talk); };
}

}  // namespace

constinit const Command kRollback{"rollback", "Restore what was there before a variant that ctxcap created",
                                  "  ctxcap rollback devstral-small-2:triage --dry-run\n"
                                  "  ctxcap rollback devstral-small-2:triage\n"
                                  "  ctxcap rollback devstral-small-2:triage --yes\n",
                                  configure};

}  // namespace ctxcap::app
