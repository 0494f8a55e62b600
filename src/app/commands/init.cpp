// ctxcap init: a configuration that explains itself, and the timer for its nights.

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "app/settings_file.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "setup/setup.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

struct InitFlags {
  std::string base;
  bool yes = false, force = false, timer = false, dry_run = false;
};

constexpr const char* kOfMachine = "/etc/ctxcap/config.toml";

// What --config or CTXCAP_CONFIG names, else the usual place of this user, whatever other file was read.
std::string target(const std::string& read, bool root, World& world) {
  if (!read.empty() && (read != settings_path("", world) || read != kOfMachine)) return read;
  const std::string xdg = world.environment.get("XDG_CONFIG_HOME").value_or("");
  const std::string home = world.environment.get("HOME").value_or("");
  if (root || (!xdg.starts_with('/') && !home.starts_with('/'))) return kOfMachine;
  return (xdg.starts_with('/') ? xdg : home + "/.config") + "/ctxcap/config.toml";
}

// What is wrong with the file that is there is no matter of the new one; what was typed is.
Status check_flags(const settings::Reading& typed) {
  for (const Error& problem : typed.problems) {
    if (problem.what.starts_with("--")) return fail(problem);
  }
  return {};
}

Status check_target(const std::string& path, const InitFlags& flags, World& world) {
  const PathKind kind = world.files.kind(path);
  if (flags.dry_run || kind == PathKind::missing || (kind == PathKind::file && flags.force)) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "a configuration exists already",
               .why = printable(path) + " is there and is not overwritten",
               .hint = "ctxcap init --force   writes a new one, and keeps this one as .old"});
}

Status check_text(const std::string& text, const std::string& path) {
  const settings::Reading read = settings::read_settings(text, {.path = path, .kinds = sources::kinds()});
  if (!read.problems.empty()) return fail(read.problems.front());
  return {};
}

Result<ExitCode> run_init(const InitFlags& flags, const settings::Reading& typed, World& world, Talk& talk) {
  const bool ask = !flags.yes && world.console.in_is_tty();
  if (!ask && !flags.yes && !flags.dry_run) {
    return fail({.kind = ErrorKind::usage,
                 .what = "there is no one to ask",
                 .why = "stdin is not a terminal",
                 .hint = "ctxcap init --yes   takes the defaults, --dry-run only shows them"});
  }
  TRY(check_flags(typed));
  const setup::Seen seen = setup::look_around(typed.settings, world);
  const std::string path = target(typed.settings.path, seen.root, world);
  TRY(check_target(path, flags, world));
  if (ask) talk.note(seen_text(seen));

  setup::Draft draft = setup::draft_of(program(), typed, world);
  add_seen(draft, seen);
  TRY(add_answers(draft, seen, flags.base, ask, world, talk));
  const std::string text = manual::commented_file(
      program(),
      fmt::format("The configuration of ctxcap {}, by `ctxcap init`. Every key is here: set, or as a comment "
                  "with its default or an example. Below each stand its flag and its variable, which win "
                  "over this file. `ctxcap config check` says what is wrong with it.",
                  version()),
      draft);
  TRY(check_text(text, path));
  if (ask || flags.dry_run) world.console.out(text);
  if (flags.dry_run) return ExitCode::done;

  bool timer = flags.timer;
  if (ask) {
    TRY_ASSIGN(const bool agreed, setup::agrees("Write it to " + printable(path) + "?", true, world));
    if (!agreed) {
      talk.note("nothing was written");
      return ExitCode::done;
    }
    if (!timer && seen.systemd) {
      TRY_ASSIGN(timer, setup::agrees("A systemd timer for `ctxcap nightly`?", false, world));
    }
  }
  TRY(setup::write(path, text, seen.root, world, talk));
  if (timer) {
    const setup::Units units =
        units_for(path, draft, seen, {setup::nightly_service(), setup::nightly_timer()}, world);
    TRY(write_units(units, seen.root, world, talk));
  }
  const bool usual = path == target("", seen.root, world);
  const std::string where = usual ? "" : " --config " + printable(path);
  talk.note(fmt::format("next: ctxcap config check{0}   and   ctxcap nightly --dry-run{0}", where));
  return ExitCode::done;
}

Runner configure_init(Parser& parser) {
  const auto flags = std::make_shared<InitFlags>();
  parser.add_option("--base", flags->base, "The model to cap").type_name("MODEL");
  parser.add_flag("--yes", flags->yes, "Ask nothing: use what is found, and defaults for the rest");
  parser.add_flag("--force", flags->force, "Write it even if one exists, which is kept as .old");
  parser.add_flag("--timer", flags->timer, "Also write systemd units that run ctxcap nightly");
  parser.add_flag("--dry-run", flags->dry_run, "Show the file; write nothing");
  return [flags](const settings::Reading& typed, World& world, Talk& talk) {
    return run_init(*flags, typed, world, talk);
  };
}

}  // namespace

constinit const Command kInit{
    .name = "init",
    .help = "Find what can be found, ask the rest, write a commented configuration",
    .examples =
        "  ctxcap init\n"
        "  ctxcap init --yes --traces '/var/log/llm/*.jsonl' --base devstral-small-2\n"
        "  ctxcap init --yes --timer --quiet-hours 08:00-20:00\n"
        "  ctxcap init --dry-run\n",
    .configure = configure_init,
    .uses = settings::kAnalyze | settings::kNightly,
    .lenient = true};

}  // namespace ctxcap::app
