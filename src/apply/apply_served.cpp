#include "apply/apply_served.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/service_url.hpp"
#include "policy/policy.hpp"
#include "report/report.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::apply {
namespace {

Error usage(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

// The decision, for `history`.
Status remember(const ServedPlan& plan, const ServedPlace& place, std::optional<Tokens> before,
                const Error* error, World& world) {
  TRY_ASSIGN(state::State state, state::State::open(world));
  Variant variant{.name = place.section.empty() ? place.model : place.section, .base = plan.model};
  variant.num_ctx = plan.num_ctx;
  for (DecisionRecord& record : policy::records_of_apply(variant, before, "", error, world.clock.now())) {
    record.host = place.url.empty() ? std::string(word(plan.target)) : place.url;
    TRY(state.record(record));
  }
  return {};
}

// What the preset has now, of one slot; nullopt: it does not say.
std::optional<Tokens> window_of(const std::string& text, const std::string& section, i64 slots) {
  const auto all = parse_integer(runtime::preset_value(text, section, "ctx-size"));
  return all && *all > 0 ? std::optional(*all / slots) : std::nullopt;
}

// The lines that change, and those that come in. None goes.
void show(const std::string& before, const std::string& after, const std::string& path, World& world) {
  std::string text = printable(path) + "\n";
  const std::vector<std::string_view> old_lines = split(before, '\n'), lines = split(after, '\n');
  std::size_t at = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (at < old_lines.size() && old_lines[at] == lines[i]) {
      ++at;
      continue;
    }
    const bool comes_in = at >= old_lines.size() || (i + 1 < lines.size() && lines[i + 1] == old_lines[at]);
    if (!comes_in) text += fmt::format("  - {}\n", printable(old_lines[at++], 160));
    text += fmt::format("  + {}\n", printable(lines[i], 160));
  }
  world.console.out(text);
}

Result<cli::ExitCode> apply_to_router(ServedPlan plan, ServedPlace place, const ApplyFlags& flags,
                                      World& world, cli::Talk& talk) {
  if (const std::string fault = fault_of_url(place.url); !fault.empty())
    return fail(usage("the router's address cannot be used", fault, "add --url http://127.0.0.1:8080"));
  if (place.section.empty()) place.section = plan.model;
  TRY_ASSIGN(const std::string before, world.files.read_all(place.preset));
  // Slots that nobody counted stay as they are.
  const auto slots = parse_integer(runtime::preset_value(before, place.section, "parallel"));
  if (!plan.at_once_seen && slots && *slots > 0) plan.at_once = *slots;
  runtime::RouterChange change{.url = place.url,
                               .preset = place.preset,
                               .section = place.section,
                               .num_ctx = plan.num_ctx,
                               .slots = plan.at_once};
  change.values = {{"ctx-size", fmt::format("{}", plan.num_ctx * plan.at_once)}};
  if (!slots || *slots != plan.at_once)
    change.values.emplace_back("parallel", fmt::format("{}", plan.at_once));
  TRY_ASSIGN(const std::string after, runtime::edit_preset(before, place.section, change.values));
  const bool left_over = world.files.kind(runtime::backup_of(place.preset)) == PathKind::file;
  if (after == before && !left_over) {
    world.console.out(
        fmt::format("[{}] has {} already\n", printable(place.section, 60), with_commas(plan.num_ctx)));
    return cli::ExitCode::done;
  }
  show(before, after, place.preset, world);
  if (flags.check) return cli::ExitCode::pending;
  if (flags.dry_run) {
    talk.note("dry run: nothing was changed");
    return cli::ExitCode::done;
  }
  TRY_ASSIGN(const bool agreed, flags.yes ? Result<bool>(true) : cli::ask("Apply?", world, talk));
  if (!agreed) return cli::ExitCode::done;
  TRY_ASSIGN(const auto lock, state::lock(world, place.url));
  const auto seen = runtime::change_router(world, change, [&](const std::string& step) { talk.note(step); });
  TRY(remember(plan, place, window_of(before, place.section, plan.at_once), seen ? nullptr : &seen.error(),
               world));
  if (!seen) return fail(seen.error());
  world.console.out(report::verification_text(*seen, talk.out()));
  return cli::ExitCode::done;
}

Result<cli::ExitCode> apply_to_swap(const ServedPlan& plan, ServedPlace place, const ApplyFlags& flags,
                                    World& world, cli::Talk& talk) {
  if (place.model.empty()) place.model = plan.model;
  TRY_ASSIGN(const std::string before, world.files.read_all(place.config));
  TRY_ASSIGN(const runtime::SwapEdit edit, runtime::edit_swap(before, place.model, plan.num_ctx));
  if (edit.text == before) {
    world.console.out(
        fmt::format("{} has {} already\n", printable(place.model, 60), with_commas(plan.num_ctx)));
    return cli::ExitCode::done;
  }
  show(before, edit.text, place.config, world);
  if (flags.check) return cli::ExitCode::pending;
  if (flags.dry_run || !flags.yes) {
    talk.note("nothing was changed; with --yes that line is written");
    return cli::ExitCode::done;
  }
  const std::string backup = runtime::backup_of(place.config);
  TRY(world.files.write_atomic(backup, before));
  TRY(world.files.write_atomic(place.config, edit.text));
  TRY(remember(plan, place, edit.before / edit.slots, nullptr, world));
  world.console.out(
      fmt::format("written, what was there is in {}: {} slots of {} each. llama-swap reads it by itself with "
                  "-watch-config, "
                  "else at its next start; once the model runs:\n  ctxcap verify --target llama-server "
                  "--url {}/upstream/{} --num-ctx {} --slots {}\n",
                  printable(backup), edit.slots, with_commas(edit.after / edit.slots),
                  place.url.empty() ? "http://127.0.0.1:8080" : place.url, place.model,
                  edit.after / edit.slots, edit.slots));
  return cli::ExitCode::done;
}

Error several(const std::vector<ServedPlan>& plans) {
  std::vector<std::string> names;
  for (const ServedPlan& plan : plans) names.push_back(printable(plan.model, 40));
  return usage("one file is named, and several models are planned", join(names, ", "),
               "analyze them one by one: --model NAME");
}

}  // namespace

Result<cli::ExitCode> apply_served(const std::vector<ServedPlan>& plans, const PlanVerdict& verdict,
                                   const ServedPlace& place, const ApplyFlags& flags, World& world,
                                   cli::Talk& talk) {
  const bool to_preset = !place.preset.empty(), to_swap = !place.config.empty();
  for (const ServedPlan& plan : plans) {
    if (!plan.refused.empty()) {
      return fail({.kind = ErrorKind::over_budget,
                   .what = printable(plan.model, 60) + " would not start like that",
                   .why = plan.refused,
                   .hint = "ctxcap inspect --target vllm   shows what fits"});
    }
    if (!to_preset && !to_swap) world.console.out(report::served_text(plan, talk.out()));
  }
  if (!to_preset && !to_swap) {
    talk.note(
        "rendered, not applied: put one of these where the server is started, restart it, then ctxcap "
        "verify");
    return cli::ExitCode::done;
  }
  if (plans.size() > 1) return fail(several(plans));
  if (!flags.force) TRY(policy::check_verdict(verdict.kind == VerdictKind::over_budget, verdict.reasons));
  return to_preset ? apply_to_router(plans.front(), place, flags, world, talk)
                   : apply_to_swap(plans.front(), place, flags, world, talk);
}

}  // namespace ctxcap::apply
