#include "app/apply_variants.hpp"

#include "app/ask.hpp"
#include "app/change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/unfinished.hpp"
#include "base/text.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

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

bool same_runner(const Variant& a, const Variant& b) {
  return runtime::same_model(a.base, b.base) && a.num_ctx == b.num_ctx && a.parameters == b.parameters;
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
  std::vector<InstalledModel> there = *installed;
  if (recovered) {
    TRY_ASSIGN(there, ollama.installed());
  }
  std::vector<Place> places;
  for (const Variant& variant : variants) {
    TRY_ASSIGN(const Place place, place_for(variant.name, there, state, host.url, flags.force));
    places.push_back(place);
  }
  if (!flags.yes) TRY(ask("Apply?", world, talk));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    // One load proves all variants of the same weights that run the same way.
    const bool shares = i > 0 && same_runner(variants[i - 1], variants[i]);
    const ChangeOptions options{.via = via_of(flags.via),
                                .proof = shares ? runtime::Proof::look : runtime::Proof::load,
                                .whole_on_gpu = flags.whole_on_gpu};
    TRY_ASSIGN(const Receipt receipt,
               change_variant(variants[i], places[i], ollama, state, options, world, talk));
    world.console.out(report::receipt_text(receipt, variants[i], talk.out()));
  }
  return {};
}

}  // namespace ctxcap::app
