#include "runtime/change.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "runtime/closing.hpp"
#include "runtime/names.hpp"

namespace ctxcap::runtime {
namespace {

Status record_proof(const Receipt& receipt, const Variant& variant, const std::string& host, Instant now,
                    i64 run, state::State& state) {
  TRY(state.record(receipt, host, now, run));
  return state.record(Measurement{.at = now,
                                  .run = run,
                                  .host = host,
                                  .variant = variant.name,
                                  .digest = receipt.digest,
                                  .predicted_bytes = variant.predicted_bytes,
                                  .seen = receipt.verification});
}

Journal journal_of(const Variant& variant, const Standing& place, const std::string& host, Instant now,
                   i64 run) {
  Journal journal{.host = host, .name = variant.name, .variant = variant, .since = now, .run = run};
  if (!place.there) return journal;
  journal.digest_before = place.there->digest;
  journal.backup = backup_name(variant.name);
  if (!place.ours) journal.kept_as = kept_name(variant.name, place.there->digest);
  return journal;
}

}  // namespace

std::string text_of(Step step) {
  switch (step) {
    case Step::checking:
      return "checking the base";
    case Step::backing_up:
      return "keeping what was there";
    case Step::creating:
      return "creating";
    case Step::reading_back:
      return "reading it back";
    case Step::loading:
      return "loading and looking";
    case Step::probing:
      return "sending a long prompt";
    case Step::cleaning_up:
      return "cleaning up";
    case Step::undoing:
      return "undoing";
  }
  return {};
}

Proof proof_beside(const Variant& variant, const Variant* proved) {
  const bool same_runner = proved != nullptr && same_model(proved->base, variant.base) &&
                           proved->num_ctx == variant.num_ctx && proved->parameters == variant.parameters;
  return same_runner ? Proof::look : Proof::load;
}

Result<Standing> place_for(const std::string& name, const std::vector<InstalledModel>& installed,
                           state::State& state, const std::string& host, bool force) {
  Standing place;
  const InstalledModel* there = find_model(installed, name);
  if (there == nullptr) return place;
  place.there = *there;
  TRY_ASSIGN(place.ours, state.owns(host, name, there->digest));
  if (place.ours || force) return place;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} exists and is not ctxcap's", printable(name)),
               .why = "ctxcap did not create it, or it was changed since",
               .hint = "choose another name with --tag, or replace it with --force"});
}

Result<Receipt> change_variant(const World& world, Ollama& ollama, state::State& state,
                               const Variant& variant, const Standing& place, const ChangeOptions& options) {
  Journal journal = journal_of(variant, place, ollama.host().id, world.clock.now(), options.run);
  journal.rollback = options.rollback;
  const ApplyOptions apply_options{
      .via = options.via,
      .existing = place.there ? Existing::replace_any : Existing::keep,
      .proof = options.proof,
      .process_bytes = options.process_bytes,
      .whole_on_gpu = options.whole_on_gpu,
      .on_step =
          [&](Step now) {
            // A step that cannot be written down is no reason to stop half-way: the mark itself is there.
            [[maybe_unused]] const Status ignored = state.step(journal.host, journal.name, text_of(now));
            if (options.on_step) options.on_step(now);
          },
      .on_proved =
          [&](const Receipt& receipt) {
            journal.variant.base_digest = receipt.base_digest;
            return state.proved(journal.host, journal.name, receipt.digest, journal.variant);
          }};
  if (options.disturbance != nullptr && options.proof == Proof::load)
    TRY(options.disturbance->begin(variant.base, ollama, state));
  TRY(state.begin(journal));
  // Its layers are shared, so that keeping it for `rollback` costs no space.
  const Status kept = journal.kept_as.empty() ? Status{} : ollama.copy(place.there->name, journal.kept_as);
  Result<Receipt> receipt = kept ? apply(world, ollama, variant, apply_options) : fail(kept.error());
  if (!receipt) {
    TRY(close_failed(journal, ollama, state));
    return receipt;
  }
  TRY(close_proved(journal, receipt->digest, world.clock.now(), state));
  TRY(record_proof(*receipt, variant, journal.host, world.clock.now(), options.run, state));
  return receipt;
}

Status remove_variant(const std::string& name, Ollama& ollama, state::State& state) {
  TRY(ollama.remove(name));
  const std::string& host = ollama.host().id;
  TRY_ASSIGN(std::optional<OwnedVariant> known, state.variant(host, name));
  while (known) {
    TRY(state.rolled_back(host, name));
    TRY_ASSIGN(known, state.variant(host, name));
  }
  return {};
}

}  // namespace ctxcap::runtime
