#include "app/change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/unfinished.hpp"
#include "base/text.hpp"

namespace ctxcap::app {
namespace {

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

Status record_proof(const Receipt& receipt, const Variant& variant, const std::string& host, i64 run,
                    World& world, state::State& state) {
  const Instant now = world.clock.now();
  TRY(state.record(receipt, host, now, run));
  return state.record(Measurement{.at = now,
                                  .run = run,
                                  .host = host,
                                  .variant = variant.name,
                                  .digest = receipt.digest,
                                  .predicted_bytes = variant.predicted_bytes,
                                  .seen = receipt.verification});
}

}  // namespace

runtime::Via via_of(const std::string& word) {
  return word == "cli" ? runtime::Via::cli : word == "api" ? runtime::Via::api : runtime::Via::automatic;
}

const InstalledModel* find_model(const std::vector<InstalledModel>& installed, const std::string& name) {
  const auto there = std::find_if(installed.begin(), installed.end(), [&](const InstalledModel& model) {
    return runtime::same_model(model.name, name);
  });
  return there == installed.end() ? nullptr : &*there;
}

Result<Place> place_for(const std::string& name, const std::vector<InstalledModel>& installed,
                        state::State& state, const std::string& host, bool force) {
  Place place;
  const InstalledModel* there = find_model(installed, name);
  if (there == nullptr) return place;
  place.there = *there;
  TRY_ASSIGN(place.ours, state.owns(host, name, there->digest));
  if (place.ours || force) return place;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} exists and is not ours", printable(name)),
               .why = "ctxcap did not create it, or it was changed since",
               .hint = "choose another name with --tag, or replace it with --force"});
}

Result<Receipt> change_variant(const Variant& variant, const Place& place, runtime::Ollama& ollama,
                               state::State& state, const ChangeOptions& options, World& world, Talk& talk) {
  state::Journal journal{.host = ollama.host().url,
                         .name = variant.name,
                         .variant = variant,
                         .digest_before = place.there ? place.there->digest : "",
                         .backup = place.there ? runtime::backup_name(variant.name) : "",
                         .since = world.clock.now(),
                         .run = options.run};
  if (place.there && !place.ours) journal.kept_as = runtime::kept_name(variant.name, place.there->digest);
  i64 step = 0;
  const runtime::ApplyOptions apply{
      .via = options.via,
      .existing = place.there ? runtime::Existing::replace_any : runtime::Existing::keep,
      .proof = options.proof,
      .whole_on_gpu = options.whole_on_gpu,
      .on_step =
          [&](runtime::Step now) {
            talk.progress(variant.name, ++step, std::nullopt, text_of(now));
            // A step that cannot be written down is no reason to stop half-way: the mark itself is there.
            [[maybe_unused]] const Status ignored = state.step(journal.host, journal.name, text_of(now));
            if (options.on_step) options.on_step(now);
          },
      .on_proved =
          [&](const Receipt& receipt) { return state.proved(journal.host, journal.name, receipt.digest); }};
  TRY(state.begin(journal));
  // Its layers are shared, so that keeping it for `rollback` costs no space.
  const Status kept = journal.kept_as.empty() ? Status{} : ollama.copy(place.there->name, journal.kept_as);
  Result<Receipt> receipt = kept ? runtime::apply(world, ollama, variant, apply) : fail(kept.error());
  talk.clear();
  if (!receipt) {
    TRY(close_failed(journal, ollama, state));
    return receipt;
  }
  TRY(close_proved(journal, receipt->digest, world.clock.now(), state));
  TRY(record_proof(*receipt, variant, journal.host, options.run, world, state));
  return receipt;
}

Status remove_variant(const std::string& name, runtime::Ollama& ollama, state::State& state) {
  TRY(ollama.remove(name));
  const std::string& host = ollama.host().url;
  TRY_ASSIGN(std::optional<state::OwnedVariant> known, state.variant(host, name));
  while (known) {
    TRY(state.rolled_back(host, name, ""));
    TRY_ASSIGN(known, state.variant(host, name));
  }
  return {};
}

}  // namespace ctxcap::app
