#include "app/apply_variants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

runtime::Via via_of(const std::string& word) {
  return word == "cli" ? runtime::Via::cli : word == "api" ? runtime::Via::api : runtime::Via::automatic;
}

std::string text_of(runtime::Step step) {
  switch (step) {
    case runtime::Step::checking:
      return "checking the base";
    case runtime::Step::backing_up:
      return "keeping what was there";
    case runtime::Step::creating:
      return "creating";
    case runtime::Step::reading_back:
      return "reading it back";
    case runtime::Step::loading:
      return "loading and looking";
    case runtime::Step::probing:
      return "sending a long prompt";
    case runtime::Step::cleaning_up:
      return "cleaning up";
    case runtime::Step::undoing:
      return "undoing";
  }
  return {};
}

Status ask(World& world, Talk& talk) {
  if (!world.console.in_is_tty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "nobody can be asked",
                 .why = "stdin is not a terminal",
                 .hint = "say --yes to apply without asking, or --dry-run to only look"});
  }
  talk.clear();
  world.console.err("Apply? [y/N] ");
  const std::string answer = world.console.read_line().value_or("");
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return fail({.kind = ErrorKind::failure,
               .what = "not applied",
               .why = "the answer was not yes",
               .hint = "nothing was changed"});
}

// One plan, one change for each name: the second would replace the first.
Status check_names(std::span<const Variant> variants) {
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (!runtime::same_model(variants[i].name, variants[k].name)) continue;
      return fail({.kind = ErrorKind::usage,
                   .what = fmt::format("the plan creates {} twice", variants[i].name),
                   .why = "its models are one to Ollama, which ignores case and default namespaces",
                   .hint = "merge the names in the traces, or leave one model out"});
    }
  }
  return {};
}

// A model of that name may be replaced when it is the one we left there, or with --force.
Result<runtime::Existing> may_replace(const Variant& variant, const std::vector<InstalledModel>& installed,
                                      const state::State& state, const std::string& host,
                                      const ApplyFlags& flags) {
  if (flags.force) return runtime::Existing::replace_any;
  const auto there = std::find_if(installed.begin(), installed.end(), [&](const InstalledModel& model) {
    return runtime::same_model(model.name, variant.name);
  });
  if (there == installed.end()) return runtime::Existing::keep;
  if (state.owns(host, variant.name, there->digest)) return runtime::Existing::replace_any;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} exists and is not ours", variant.name),
               .why = "ctxcap did not create it, or it was changed since",
               .hint = "choose another name with --tag, or replace it with --force"});
}

Status apply_one(const Variant& variant, runtime::Existing existing, runtime::Ollama& ollama,
                 state::State& state, const ApplyFlags& flags, World& world, Talk& talk) {
  i64 step = 0;
  const runtime::ApplyOptions options{
      .via = via_of(flags.via), .existing = existing, .on_step = [&](runtime::Step now) {
        talk.progress(variant.name, ++step, std::nullopt, text_of(now));
      }};
  state::OwnedVariant ours{
      .host = ollama.host().url, .name = variant.name, .base = variant.base, .created = world.clock.now()};
  TRY(state.begin(ours));
  const Result<Receipt> receipt = runtime::apply(world, ollama, variant, options);
  if (!receipt) {
    // Only a server that went away leaves it open how it ended.
    if (receipt.error().kind != ErrorKind::unreachable) TRY(state.restore(ours.host, ours.name));
    return fail(receipt.error());
  }
  talk.clear();
  world.console.out(report::receipt_text(*receipt, variant, talk.out()));
  ours.digest = receipt->digest;
  return state.record(ours);
}

}  // namespace

Status apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                      const std::string& ollama_host, World& world, Talk& talk) {
  TRY_ASSIGN(runtime::Host host, runtime::parse_host(ollama_host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY(check_names(variants));
  const auto installed = ollama.installed();
  if (!installed && !flags.dry_run) return fail(installed.error());

  talk.clear();
  for (const Variant& variant : variants) {
    world.console.out(
        report::plan_text(variant, installed.value_or(std::vector<InstalledModel>{}), talk.out()));
  }
  if (flags.dry_run) {
    for (const Variant& variant : variants) world.console.out("\n" + variant.modelfile);
    talk.note(installed ? "dry run: nothing was changed"
                        : "dry run: nothing was changed; " + installed.error().what);
    return {};
  }

  // Two applies at once would take each other's backups for leftovers.
  TRY_ASSIGN(const auto lock, state::lock(world));
  TRY_ASSIGN(state::State state, state::State::open(world));
  std::vector<runtime::Existing> existing;
  for (const Variant& variant : variants) {
    TRY_ASSIGN(const runtime::Existing allowed, may_replace(variant, *installed, state, host.url, flags));
    existing.push_back(allowed);
  }
  if (!flags.yes) TRY(ask(world, talk));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    TRY(apply_one(variants[i], existing[i], ollama, state, flags, world, talk));
  }
  return {};
}

}  // namespace ctxcap::app
