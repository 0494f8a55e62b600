#include "app/apply_variants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/change.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "plan/plan.hpp"
#include "policy/policy.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

// One plan, one change for each name: the second would replace the first.
Status check_names(std::span<const Variant> variants) {
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (!same_model(variants[i].name, variants[k].name)) continue;
      return fail({.kind = ErrorKind::usage,
                   .what = fmt::format("the plan creates {} twice", variants[i].name),
                   .why = "its models are one to Ollama, which ignores case and default namespaces",
                   .hint = "merge the names in the traces, or leave one model out"});
    }
  }
  return {};
}

Result<ExitCode> check(std::span<const Variant> variants, const std::vector<InstalledModel>& installed,
                       const std::string& host, World& world) {
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  TRY_ASSIGN(const std::vector<Journal> begun, state.journals());
  ExitCode code = ExitCode::done;
  for (const Variant& variant : variants) {
    TRY_ASSIGN(const auto ours, state.variant(host, variant.name));
    const bool cut_short = std::any_of(begun.begin(), begun.end(), [&](const Journal& journal) {
      return journal.host == host && same_model(journal.name, variant.name);
    });
    const std::string why = plan::pending(variant, installed, ours ? &*ours : nullptr, cut_short);
    if (!why.empty()) code = ExitCode::pending;
    world.console.out(fmt::format("{}  {}  {}: {}\n", variant.name, with_commas(variant.num_ctx),
                                  why.empty() ? "unchanged" : "pending", why.empty() ? "as planned" : why));
  }
  return code;
}

void note_unpinned(std::span<const Variant> variants, Talk& talk) {
  for (const Variant& variant : variants) {
    if (!variant.base_digest.empty()) continue;
    talk.note(
        fmt::format("note: the plan of {} names no digest of {}: it was not made on this server, and goes "
                    "on whatever has that name here",
                    printable(variant.name), printable(variant.base)));
  }
}

}  // namespace

Result<ExitCode> apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                                const settings::Ollama& server, World& world, Talk& talk) {
  TRY_ASSIGN(runtime::Host host, runtime::parse_host(server.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY(check_names(variants));
  const auto installed = ollama.installed();
  if (!installed && !flags.dry_run) return fail(installed.error());

  talk.clear();
  if (flags.check) return check(variants, *installed, host.id, world);
  for (const Variant& variant : variants) {
    world.console.out(
        report::plan_text(variant, installed.value_or(std::vector<InstalledModel>{}), talk.out()));
  }
  if (flags.dry_run) {
    for (const Variant& variant : variants) world.console.out("\n" + variant.modelfile);
    talk.note(installed ? "dry run: nothing was changed"
                        : "dry run: nothing was changed; " + installed.error().what);
    return ExitCode::done;
  }
  note_unpinned(variants, talk);

  // Two applies at once would take each other's backups for leftovers.
  TRY_ASSIGN(const auto lock, state::lock(world, host.id));
  TRY_ASSIGN(state::State state, state::State::open(world));
  TRY_ASSIGN(const bool recovered, recover_unfinished(ollama, state, talk));
  std::vector<InstalledModel> there = *installed;
  if (recovered) {
    TRY_ASSIGN(there, ollama.installed());
  }
  std::vector<Standing> places;
  for (const Variant& variant : variants) {
    TRY_ASSIGN(const Standing place, runtime::place_for(variant.name, there, state, host.id, flags.force));
    places.push_back(place);
  }
  if (!flags.yes) TRY(ask("Apply?", world, talk));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    // One load proves all variants of the same weights that run the same way.
    const Variant& variant = variants[i];
    const runtime::ChangeOptions options{
        .via = server.via,
        .proof = runtime::proof_beside(variant, i > 0 ? &variants[i - 1] : nullptr),
        .whole_on_gpu = flags.whole_on_gpu};
    TRY_ASSIGN(const auto known, state.variant(host.id, variant.name));
    const std::optional<Tokens> before =
        known && places[i].ours ? std::optional(known->variant.num_ctx) : std::nullopt;
    const Result<Receipt> receipt = change_variant(variant, places[i], ollama, state, options, world, talk);
    for (DecisionRecord& record :
         policy::records_of_apply(variant, before, plan::reason_in(variant),
                                  receipt ? nullptr : &receipt.error(), world.clock.now())) {
      record.host = host.id;
      TRY(state.record(record));
    }
    if (!receipt) return fail(receipt.error());
    world.console.out(report::receipt_text(*receipt, variant, talk.out()));
  }
  return ExitCode::done;
}

}  // namespace ctxcap::app
