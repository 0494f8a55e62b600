#include "apply/apply_variants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "plan/plan.hpp"
#include "policy/policy.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::apply {
namespace {

// A variant, and what is there of it.
struct Planned {
  Variant variant;
  std::optional<OwnedVariant> ours;
  std::string why;  // it is to be changed; empty: it is as planned
};

Result<std::vector<Planned>> look_at(std::span<const Variant> variants, state::State& state,
                                     const std::string& host, const std::vector<InstalledModel>& installed) {
  TRY_ASSIGN(const std::vector<Journal> begun, state.journals());
  std::vector<Planned> all;
  for (const Variant& variant : variants) {
    Planned planned{.variant = variant};
    TRY_ASSIGN(planned.ours, state.variant(host, variant.name));
    const bool cut_short = std::any_of(begun.begin(), begun.end(), [&](const Journal& journal) {
      return journal.host == host && same_model(journal.name, variant.name);
    });
    planned.why = plan::pending(variant, installed, planned.ours ? &*planned.ours : nullptr, cut_short);
    all.push_back(std::move(planned));
  }
  return all;
}

void show(const std::vector<Planned>& all, const ApplyFlags& flags,
          const std::vector<InstalledModel>& installed, World& world, cli::Talk& talk) {
  for (const auto& [variant, ours, why] : all) {
    if (flags.check) {
      world.console.out(fmt::format("{}  {}  {}: {}\n", variant.name, with_commas(variant.num_ctx),
                                    why.empty() ? "unchanged" : "pending", why.empty() ? "as planned" : why));
    } else if (why.empty()) {
      world.console.out(report::unchanged_text(variant, talk.out()));
    } else {
      const std::vector<std::string> lost =
          ours ? plan::lost_from(ours->variant, variant) : std::vector<std::string>{};
      world.console.out(report::plan_text(variant, installed, lost, talk.out()));
    }
  }
}

std::vector<std::string> against(const std::vector<Planned>& due) {
  std::vector<std::string> all;
  for (const Planned& planned : due)
    all.insert(all.end(), planned.variant.against.begin(), planned.variant.against.end());
  return all;
}

void note_unpinned(const std::vector<Planned>& due, cli::Talk& talk) {
  for (const Planned& planned : due) {
    if (!planned.variant.base_digest.empty()) continue;
    talk.note(
        fmt::format("note: the plan of {} has no digest of {}: it was not made on this server, and uses "
                    "whatever has that name here",
                    printable(planned.variant.name), printable(planned.variant.base)));
  }
}

Status apply_one(const Planned& planned, const Standing& place, const runtime::ChangeOptions& options,
                 Session& session, World& world, cli::Talk& talk) {
  const Variant& variant = planned.variant;
  const std::string& host = session.ollama.host().id;
  const std::optional<Tokens> before =
      planned.ours && place.ours ? std::optional(planned.ours->variant.num_ctx) : std::nullopt;
  const Result<Receipt> receipt =
      change_variant(variant, place, session.ollama, session.state, options, world, talk);
  for (DecisionRecord& record :
       policy::records_of_apply(variant, before, plan::reason_in(variant),
                                receipt ? nullptr : &receipt.error(), world.clock.now())) {
    record.host = host;
    TRY(session.state.record(record));
  }
  if (!receipt) return fail(receipt.error());
  world.console.out(report::receipt_text(*receipt, variant, talk.out()));
  return {};
}

// The bases of what is due, or its names.
std::vector<std::string> all_of(const std::vector<Planned>& due, std::string Variant::*which) {
  std::vector<std::string> texts;
  for (const Planned& planned : due) texts.push_back(planned.variant.*which);
  return texts;
}

Status apply_each(const std::vector<Planned>& due, const std::vector<Standing>& places,
                  runtime::ChangeOptions options, Session& session, World& world, cli::Talk& talk) {
  for (std::size_t i = 0; i < due.size(); ++i) {
    // One load proves all variants of the same weights that run the same way.
    options.proof = runtime::proof_beside(due[i].variant, i > 0 ? &due[i - 1].variant : nullptr);
    TRY(apply_one(due[i], places[i], options, session, world, talk));
  }
  return {};
}

Status apply_all(std::vector<Planned> due, const ApplyFlags& flags, const settings::Ollama& server,
                 const std::vector<InstalledModel>& installed, Session& session, World& world,
                 cli::Talk& talk) {
  std::vector<Standing> places;
  for (Planned& planned : due) {
    Variant& variant = planned.variant;
    // What an earlier run had left there when the plan was made is in order now.
    const auto& recovered = session.recovered;
    if (std::any_of(recovered.begin(), recovered.end(),
                    [&](const std::string& name) { return same_model(name, variant.name); }))
      variant.replaces_digest.reset();
    TRY_ASSIGN(const Standing place, runtime::place_for(variant.name, installed, session.state,
                                                        session.ollama.host().id, flags.force));
    places.push_back(place);
  }
  TRY_ASSIGN(const bool agreed, flags.yes ? Result<bool>(true) : ask("Apply?", world, talk));
  if (!agreed) return {};
  runtime::Disturbance disturbance;
  const Status done = apply_each(
      due, places, {.via = server.via, .whole_on_gpu = flags.whole_on_gpu, .disturbance = &disturbance},
      session, world, talk);
  world.console.out(report::again_text(disturbance.end(session.ollama, session.state)));
  return done;
}

}  // namespace

Result<cli::ExitCode> apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                                     const settings::Ollama& server, Session* session, World& world,
                                     cli::Talk& talk) {
  TRY_ASSIGN(runtime::Host host, runtime::parse_host(server.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY(policy::check_names(variants));
  const auto listed = ollama.installed();
  if (!listed && !flags.dry_run) return fail(listed.error());
  const std::vector<InstalledModel> installed = listed.value_or(std::vector<InstalledModel>{});

  std::optional<state::State> reading;
  if (session == nullptr) {
    TRY_ASSIGN(reading, state::State::open(world, state::Access::read));
  }
  TRY_ASSIGN(std::vector<Planned> all,
             look_at(variants, session != nullptr ? session->state : *reading, host.id, installed));
  talk.clear();
  show(all, flags, installed, world, talk);
  std::erase_if(all, [](const Planned& planned) { return planned.why.empty(); });
  if (!flags.check && !all.empty()) {
    const auto loaded = runtime::loaded_beside(ollama, all_of(all, &Variant::base));
    world.console.out(
        report::disturbed_text(loaded.value_or(std::vector<LoadedModel>{}), all_of(all, &Variant::name)));
  }
  if (flags.dry_run) {
    for (const Planned& planned : all) world.console.out("\n" + planned.variant.modelfile);
    talk.note(listed ? "dry run: nothing changed" : "dry run: nothing changed; " + listed.error().what);
  }
  if (all.empty()) return cli::ExitCode::done;
  if (!flags.force) TRY(policy::check_verdict(flags.over_budget, against(all)));
  if (flags.check) return cli::ExitCode::pending;
  if (flags.dry_run) return cli::ExitCode::done;
  note_unpinned(all, talk);
  TRY(apply_all(std::move(all), flags, server, installed, *session, world, talk));
  return cli::ExitCode::done;
}

}  // namespace ctxcap::apply
