#include "app/apply_variants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/unfinished.hpp"
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

const InstalledModel* find(const std::vector<InstalledModel>& installed, const std::string& name) {
  const auto there = std::find_if(installed.begin(), installed.end(), [&](const InstalledModel& model) {
    return runtime::same_model(model.name, name);
  });
  return there == installed.end() ? nullptr : &*there;
}

// What stands under a variant's name before it is created.
struct Place {
  const InstalledModel* there = nullptr;  // nullptr: nothing
  bool ours = false;
};

// A model of that name may be replaced when it is the one we left there, or with --force.
Result<Place> place_for(const Variant& variant, const std::vector<InstalledModel>& installed,
                        state::State& state, const std::string& host, const ApplyFlags& flags) {
  Place place{.there = find(installed, variant.name)};
  if (place.there == nullptr) return place;
  TRY_ASSIGN(place.ours, state.owns(host, variant.name, place.there->digest));
  if (place.ours || flags.force) return place;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} exists and is not ours", variant.name),
               .why = "ctxcap did not create it, or it was changed since",
               .hint = "choose another name with --tag, or replace it with --force"});
}

Status record_proof(const Receipt& receipt, const Variant& variant, const std::string& host, World& world,
                    state::State& state) {
  const Instant now = world.clock.now();
  TRY(state.record(receipt, host, now));
  return state.record(Measurement{.at = now,
                                  .host = host,
                                  .variant = variant.name,
                                  .digest = receipt.digest,
                                  .predicted_bytes = variant.predicted_bytes,
                                  .seen = receipt.verification});
}

Status apply_one(const Variant& variant, const Place& place, runtime::Ollama& ollama, state::State& state,
                 const ApplyFlags& flags, World& world, Talk& talk) {
  state::Journal journal{.host = ollama.host().url,
                         .name = variant.name,
                         .variant = variant,
                         .digest_before = place.there == nullptr ? "" : place.there->digest,
                         .backup = place.there == nullptr ? "" : runtime::backup_name(variant.name),
                         .since = world.clock.now()};
  if (place.there != nullptr && !place.ours)
    journal.kept_as = runtime::kept_name(variant.name, place.there->digest);
  i64 step = 0;
  const runtime::ApplyOptions options{
      .via = via_of(flags.via),
      .existing = place.there == nullptr ? runtime::Existing::keep : runtime::Existing::replace_any,
      .on_step =
          [&](runtime::Step now) {
            talk.progress(variant.name, ++step, std::nullopt, text_of(now));
            // A step that cannot be written down is no reason to stop half-way: the mark itself is there.
            [[maybe_unused]] const Status ignored = state.step(journal.host, journal.name, text_of(now));
          },
      .on_proved =
          [&](const Receipt& receipt) { return state.proved(journal.host, journal.name, receipt.digest); }};
  TRY(state.begin(journal));
  // Its layers are shared, so that keeping it for `rollback` costs no space.
  const Status kept = journal.kept_as.empty() ? Status{} : ollama.copy(place.there->name, journal.kept_as);
  const Result<Receipt> receipt = kept ? runtime::apply(world, ollama, variant, options) : fail(kept.error());
  if (!receipt) {
    TRY(close_failed(journal, ollama, state));
    return fail(receipt.error());
  }
  talk.clear();
  world.console.out(report::receipt_text(*receipt, variant, talk.out()));
  TRY(close_proved(journal, receipt->digest, world.clock.now(), state));
  return record_proof(*receipt, variant, journal.host, world, state);
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
  TRY_ASSIGN(const bool recovered, recover_unfinished(ollama, state, talk));
  std::vector<InstalledModel> now = *installed;
  if (recovered) {
    TRY_ASSIGN(now, ollama.installed());
  }
  std::vector<Place> places;
  for (const Variant& variant : variants) {
    TRY_ASSIGN(const Place place, place_for(variant, now, state, host.url, flags));
    places.push_back(place);
  }
  if (!flags.yes) TRY(ask(world, talk));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    TRY(apply_one(variants[i], places[i], ollama, state, flags, world, talk));
  }
  return {};
}

}  // namespace ctxcap::app
