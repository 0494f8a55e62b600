#include "app/apply_variants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/ask.hpp"
#include "app/pending.hpp"
#include "app/unfinished.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
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

Result<ExitCode> check(std::span<const Variant> variants, const std::vector<InstalledModel>& installed,
                       const std::string& host, World& world) {
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  ExitCode code = ExitCode::done;
  for (const Variant& variant : variants) {
    TRY_ASSIGN(const std::string why, pending(variant, installed, state, host));
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

// What the head of its Modelfile says of the window.
std::string reason_of(const Variant& variant) {
  const std::string mark = fmt::format("# num_ctx {}: ", variant.num_ctx);
  for (const std::string_view line : split(variant.modelfile, '\n')) {
    if (line.starts_with(mark)) return "applied by hand: " + std::string(line.substr(mark.size()));
  }
  return "applied by hand";
}

Status write_down(const Variant& variant, const std::optional<state::OwnedVariant>& before,
                  const Result<Receipt>& receipt, Instant now, state::State& state) {
  DecisionRecord record{.at = now,
                        .model = variant.base,
                        .to_num_ctx = variant.num_ctx,
                        .action = Action::shrink,  // a variant is a cap
                        .reason = reason_of(variant),
                        .outcome = Outcome::applied};
  if (before) {
    const Tokens from = before->variant.num_ctx;
    record.from_num_ctx = from;
    record.action = from < variant.num_ctx    ? Action::grow
                    : from == variant.num_ctx ? Action::keep
                                              : Action::shrink;
  }
  if (!receipt) {
    const Error& error = receipt.error();
    record.outcome = error.kind == ErrorKind::unverified ? Outcome::undone : Outcome::failed;
    record.reason = fmt::format("applied by hand: {}: {}", error.what, error.why);
  }
  for (const std::string& job : variant.jobs) {
    record.job = job;
    TRY(state.record(record));
  }
  return {};
}

}  // namespace

Result<ExitCode> apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                                const std::string& ollama_host, World& world, Talk& talk) {
  TRY_ASSIGN(runtime::Host host, runtime::parse_host(ollama_host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY(check_names(variants));
  const auto installed = ollama.installed();
  if (!installed && !flags.dry_run) return fail(installed.error());

  talk.clear();
  if (flags.check) return check(variants, *installed, host.url, world);
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
    TRY_ASSIGN(const auto known, state.variant(host.url, variants[i].name));
    const Result<Receipt> receipt =
        change_variant(variants[i], places[i], ollama, state, options, world, talk);
    TRY(write_down(variants[i], places[i].ours ? known : std::nullopt, receipt, world.clock.now(), state));
    if (!receipt) return fail(receipt.error());
    world.console.out(report::receipt_text(*receipt, variants[i], talk.out()));
  }
  return ExitCode::done;
}

}  // namespace ctxcap::app
