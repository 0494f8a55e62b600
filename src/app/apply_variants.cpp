#include "app/apply_variants.hpp"

#include <fmt/format.h>

#include <algorithm>

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
          const std::vector<InstalledModel>& installed, World& world, Talk& talk) {
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

// The plan's verdict binds who applies it.
Status check_verdict(const std::vector<Planned>& due, const ApplyFlags& flags) {
  if (flags.force) return {};
  if (flags.over_budget) {
    return fail({.kind = ErrorKind::over_budget,
                 .what = "nothing was applied: it does not fit the card",
                 .why = "together with its tenants it needs more memory than there is",
                 .hint = "take one of the alternatives of the analysis, or insist with --force"});
  }
  std::vector<std::string> against;
  for (const Planned& planned : due)
    against.insert(against.end(), planned.variant.against.begin(), planned.variant.against.end());
  if (against.empty()) return {};
  return fail({.kind = ErrorKind::withheld,
               .what = "nothing was applied: the analysis does not stand for it",
               .why = join(against, "; "),
               .hint = "collect more requests, under a larger window where they were cut; or insist with "
                       "--force"});
}

void note_unpinned(const std::vector<Planned>& due, Talk& talk) {
  for (const Planned& planned : due) {
    if (!planned.variant.base_digest.empty()) continue;
    talk.note(
        fmt::format("note: the plan of {} names no digest of {}: it was not made on this server, and goes "
                    "on whatever has that name here",
                    printable(planned.variant.name), printable(planned.variant.base)));
  }
}

Status apply_one(const Planned& planned, const Standing& place, const runtime::ChangeOptions& options,
                 Session& session, World& world, Talk& talk) {
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

Status apply_all(std::vector<Planned> due, const ApplyFlags& flags, const settings::Ollama& server,
                 const std::vector<InstalledModel>& installed, Session& session, World& world, Talk& talk) {
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
  if (!flags.yes) TRY(ask("Apply?", world, talk));
  for (std::size_t i = 0; i < due.size(); ++i) {
    // One load proves all variants of the same weights that run the same way.
    const runtime::ChangeOptions options{
        .via = server.via,
        .proof = runtime::proof_beside(due[i].variant, i > 0 ? &due[i - 1].variant : nullptr),
        .whole_on_gpu = flags.whole_on_gpu};
    TRY(apply_one(due[i], places[i], options, session, world, talk));
  }
  return {};
}

}  // namespace

Result<ExitCode> apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                                const settings::Ollama& server, Session* session, World& world, Talk& talk) {
  TRY_ASSIGN(runtime::Host host, runtime::parse_host(server.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY(check_names(variants));
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
  if (flags.dry_run) {
    for (const Planned& planned : all) world.console.out("\n" + planned.variant.modelfile);
    talk.note(listed ? "dry run: nothing was changed"
                     : "dry run: nothing was changed; " + listed.error().what);
  }
  if (all.empty()) return ExitCode::done;
  TRY(check_verdict(all, flags));
  if (flags.check) return ExitCode::pending;
  if (flags.dry_run) return ExitCode::done;
  note_unpinned(all, talk);
  TRY(apply_all(std::move(all), flags, server, installed, *session, world, talk));
  return ExitCode::done;
}

}  // namespace ctxcap::app
