#include "apply/apply_served.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/service_url.hpp"
#include "data/source.hpp"
#include "policy/policy.hpp"
#include "report/report.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::apply {
namespace {

Error usage(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

// A file that is to be edited for one model.
struct Edit {
  Variant variant;
  std::optional<i64> slots;  // nullopt: nobody counted, so they stay as they are
  std::string host;
  std::unique_ptr<runtime::FileServer> server;
  ServedNow before;
  bool due = true;
};

Result<std::optional<Edit>> edit_for(const ServedTask& task, World& world) {
  const ServedPlan& plan = task.plan;
  const runtime::Runtime& kind = runtime::runtime_of(plan.target);
  ServedPlace place = task.place;
  while (place.url.ends_with('/')) place.url.pop_back();
  auto server = kind.open == nullptr ? nullptr : kind.open(world, place, plan.model);
  if (!server) return std::optional<Edit>{};
  const bool may_be_unasked = plan.target == Target::llama_swap && place.url.empty();
  if (const std::string fault = fault_of_url(place.url); !fault.empty() && !may_be_unasked)
    return fail(usage("the router's address cannot be used", fault, "add --url http://127.0.0.1:8080"));
  Edit edit{.variant = {.name = task.name.empty() ? server->model() : task.name,
                        .base = plan.model,
                        .num_ctx = plan.num_ctx,
                        .parameters = runtime::words_of(plan.target, place, world.files.working_directory()),
                        .jobs = plan.jobs},
            .slots = plan.at_once_seen ? std::optional(plan.at_once) : std::nullopt,
            .host = runtime::host_of(place, world.files.working_directory())};
  edit.server = std::move(server);
  return std::optional(std::move(edit));
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

// What is to be done, and what the files will be; two models may stand in one file.
Status look(std::vector<Edit>& edits, World& world) {
  std::map<std::string, std::pair<std::string, std::string>> files;  // before and after
  for (Edit& edit : edits) {
    const std::string& path = edit.server->file();
    if (!files.contains(path)) {
      TRY_ASSIGN(const std::string text, world.files.read_all(path));
      files[path] = {text, text};
    }
    std::string& text = files[path].second;
    TRY_ASSIGN(edit.before, edit.server->now(text));
    TRY_ASSIGN(const std::string says, edit.server->wish(text, edit.variant.num_ctx, edit.slots));
    edit.due = says != edit.before.says ||
               world.files.kind(runtime::backup_of(path)) == PathKind::file;  // cut short earlier
    if (!edit.due)
      world.console.out(fmt::format("{} has {} already\n", printable(edit.server->model(), 60),
                                    with_commas(edit.variant.num_ctx)));
    TRY_ASSIGN(text, edit.server->edited(text, says));
  }
  for (const auto& [path, texts] : files) {
    if (texts.first != texts.second) show(texts.first, texts.second, path, world);
  }
  std::erase_if(edits, [](const Edit& edit) { return !edit.due; });
  return {};
}

// The decision, for `history`.
Status remember(const Edit& edit, const Error* error, state::State& state, World& world) {
  for (DecisionRecord& record :
       policy::records_of_apply(edit.variant, edit.before.num_ctx, "", error, world.clock.now())) {
    record.host = edit.host;
    TRY(state.record(record));
  }
  return {};
}

Status change_each(std::vector<Edit>& edits, const settings::Ollama& server, World& world, cli::Talk& talk) {
  const auto say = [&](const std::string& step) { talk.note(step); };
  TRY_ASSIGN(state::State state, state::State::open(world));
  for (Edit& edit : edits) {
    TRY_ASSIGN(const auto lock, state::lock(world, edit.host));
    TRY(runtime::recover_served(world, state, *edit.server, edit.host, edit.variant.name, say));
    const auto receipt =
        runtime::change_served(world, state, *edit.server, edit.host, edit.variant, edit.slots,
                               {.patience = std::chrono::seconds(server.wait), .say = say});
    TRY(remember(edit, receipt ? nullptr : &receipt.error(), state, world));
    if (!receipt) return fail(receipt.error());
    world.console.out(report::served_receipt_text(*receipt, talk.out()));
  }
  return {};
}

Status check_twice(const std::vector<Edit>& edits) {
  for (const Edit& one : edits) {
    for (const Edit& other : edits) {
      if (&one == &other || one.host != other.host || one.server->model() != other.server->model()) continue;
      return fail(
          usage(fmt::format("two models are planned for [{}]", printable(one.server->model(), 60)),
                printable(one.variant.base, 60) + " and " + printable(other.variant.base, 60) +
                    " go to the same place",
                "analyze them one by one: --model NAME; or give each a [[variant]] with its section"));
    }
  }
  return {};
}

}  // namespace

Result<cli::ExitCode> apply_served(const std::vector<ServedTask>& tasks, const PlanVerdict& verdict,
                                   const ApplyFlags& flags, const settings::Ollama& server, World& world,
                                   cli::Talk& talk) {
  std::vector<Edit> edits;
  for (const ServedTask& task : tasks) {
    if (!task.plan.refused.empty()) {
      return fail({.kind = ErrorKind::over_budget,
                   .what = printable(task.plan.model, 60) + " would not start like this",
                   .why = task.plan.refused,
                   .hint = "ctxcap inspect --target vllm   shows what fits"});
    }
    TRY_ASSIGN(std::optional<Edit> edit, edit_for(task, world));
    if (edit)
      edits.push_back(std::move(*edit));
    else
      world.console.out(report::served_text(task.plan, talk.out()));
  }
  if (edits.empty()) {
    talk.note(
        "printed, not applied: put one of these where the server is started, restart it, then run ctxcap "
        "verify");
    return cli::ExitCode::done;
  }
  TRY(check_twice(edits));
  if (!flags.force) TRY(policy::check_verdict(verdict.kind == VerdictKind::over_budget, verdict.reasons));
  TRY(look(edits, world));
  if (edits.empty()) return cli::ExitCode::done;
  if (flags.check) return cli::ExitCode::pending;
  if (flags.dry_run) {
    talk.note("dry run: nothing changed");
    return cli::ExitCode::done;
  }
  if (!flags.yes && tasks.front().plan.target == Target::llama_swap) {
    talk.note("nothing was changed; with --yes that line is written");
    return cli::ExitCode::done;
  }
  TRY_ASSIGN(const bool agreed, flags.yes ? Result<bool>(true) : cli::ask("Apply?", world, talk));
  if (!agreed) return cli::ExitCode::done;
  TRY(change_each(edits, server, world, talk));
  return cli::ExitCode::done;
}

Result<std::optional<OwnedVariant>> find_served(const std::string& name, World& world) {
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  TRY_ASSIGN(const std::vector<OwnedVariant> all, state.variants());
  std::optional<OwnedVariant> latest;  // several servers may have one of that name
  for (const OwnedVariant& one : all) {
    if (one.variant.name != name || !runtime::place_of(one.variant)) continue;
    if (!latest || latest->created < one.created) latest = one;
  }
  return latest;
}

Result<cli::ExitCode> roll_back_served(const OwnedVariant& ours, const RollbackFlags& flags,
                                       const settings::Ollama& settings, World& world, cli::Talk& talk) {
  const auto [target, place] = *runtime::place_of(ours.variant);
  const runtime::Runtime& kind = runtime::runtime_of(target);
  const auto server = kind.open == nullptr ? nullptr : kind.open(world, place, ours.variant.base);
  const std::string name = printable(ours.variant.name, 60);
  if (!server) {
    return fail(usage(name + " was started by hand, and only a hand can take it back",
                      fmt::format("{} reads no file that could be edited", word(target)),
                      "restart it with the previous flags"));
  }
  const auto say = [&](const std::string& step) { talk.note(step); };
  std::unique_ptr<Files::Lock> lock;
  if (!flags.dry_run) {
    TRY_ASSIGN(lock, state::lock(world, ours.host));
  }
  TRY_ASSIGN(state::State state,
             state::State::open(world, flags.dry_run ? state::Access::read : state::Access::write));
  if (!flags.dry_run) TRY(runtime::recover_served(world, state, *server, ours.host, ours.variant.name, say));
  TRY_ASSIGN(const auto now, state.variant(ours.host, ours.variant.name));
  if (!now) {
    talk.note(name + " was rolled back");  // by the run that was cut short
    return cli::ExitCode::done;
  }
  TRY_ASSIGN(const WayBack way, runtime::served_way_back(world, state, *server, *now));
  TRY_ASSIGN(const std::string text, world.files.read_all(server->file()));
  TRY_ASSIGN(const std::string after, server->edited(text, way.before->digest));
  show(text, after, server->file(), world);
  if (flags.dry_run) {
    talk.note("dry run: nothing changed");
    return cli::ExitCode::done;
  }
  TRY_ASSIGN(const bool agreed, flags.yes ? Result<bool>(true) : cli::ask("Roll back?", world, talk));
  if (!agreed) return cli::ExitCode::done;
  TRY(runtime::roll_back_served(world, state, *server, way,
                                {.patience = std::chrono::seconds(settings.wait), .say = say}));
  const Tokens before = way.before->variant.num_ctx;
  for (DecisionRecord& record : policy::records_of_rollback(way, world.clock.now())) {
    record.host = ours.host;
    if (before > 0) {  // what was theirs stood in the file, too
      record.to_num_ctx = before;
      record.action = policy::action_between(now->variant.num_ctx, before);
    }
    TRY(state.record(record));
  }
  talk.note(name + " was rolled back");
  return cli::ExitCode::done;
}

}  // namespace ctxcap::apply
