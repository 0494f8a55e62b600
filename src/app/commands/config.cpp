// ctxcap config: is the configuration right, and where does each value come from?

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "app/settings_file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "manual/manual.hpp"
#include "notify/notify.hpp"

namespace ctxcap::app {
namespace {

struct ConfigFlags {
  std::string action, format = "toml";
  bool origin = false, notify = false;
};

void warn(const Error& doubt, Talk& talk) {
  talk.note(fmt::format("warning: {}\n    why: {}\n   hint: {}", doubt.what, doubt.why, doubt.hint));
}

std::string summary(const settings::Settings& settings, std::size_t warnings) {
  return fmt::format("{}: {}, {}, {}\n",
                     settings.path.empty() ? "no configuration file" : printable(settings.path),
                     sources_text(settings), counted(static_cast<i64>(settings.variants.size()), "variant"),
                     warnings == 0 ? "no problems" : counted(static_cast<i64>(warnings), "warning"));
}

// Whether each [[notify]] gets a message.
Result<ExitCode> test_notifies(const settings::Settings& settings, World& world, Talk& talk) {
  if (settings.notify.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "there is nobody to notify",
                 .why = "the configuration has no [[notify]]",
                 .hint = "ctxcap help settings notify   says how to add one"});
  }
  ExitCode code = ExitCode::done;
  for (const NotifySettings& whom : settings.notify) {
    const Status told = notify::tell(whom, notify::test_notice(world.clock.now()), world);
    if (told) {
      world.console.out("sent a test to " + notify::name_of(whom) + "\n");
    } else {
      talk.error(told.error());
      code = cli::worse(code, exit_code(told.error().kind));
    }
  }
  return code;
}

Result<ExitCode> check(const settings::Reading& reading, World& world, Talk& talk) {
  if (!reading.problems.empty()) {
    for (const Error& problem : reading.problems) talk.error(problem);
    return ExitCode::usage;
  }
  std::vector<Error> doubts = reading.doubts;
  for (Error& doubt : doubts_of_world(reading.settings, world)) doubts.push_back(std::move(doubt));
  for (const Error& doubt : doubts) warn(doubt, talk);
  world.console.out(summary(reading.settings, doubts.size()));
  return ExitCode::done;
}

// What can be shown is shown, whatever else is wrong.
Result<ExitCode> show(const settings::Reading& reading, const ConfigFlags& flags, World& world, Talk& talk) {
  for (const Error& problem : reading.problems) talk.error(problem);
  world.console.out(flags.format == "json" ? manual::json_text(reading)
                                           : manual::toml_text(reading, flags.origin));
  return reading.problems.empty() ? ExitCode::done : ExitCode::usage;
}

Result<ExitCode> run_config(const ConfigFlags& flags, const settings::Reading& reading, World& world,
                            Talk& talk) {
  if (flags.action.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "config needs an action",
                 .why = "it can check the configuration or show it",
                 .hint = "ctxcap config check   or   ctxcap config show --origin"});
  }
  if (flags.action == "show") return show(reading, flags, world, talk);
  TRY_ASSIGN(const ExitCode code, check(reading, world, talk));
  return flags.notify && code == ExitCode::done ? test_notifies(reading.settings, world, talk) : code;
}

Runner configure_config(Parser& parser) {
  const auto flags = std::make_shared<ConfigFlags>();
  parser.add_option("action", flags->action, "check: is it correct?  show: every value of this run")
      .one_of({"check", "show"})
      .type_name("check|show");
  parser.add_flag("--notify", flags->notify, "check: also send a test to every [[notify]]");
  parser.add_flag("--origin", flags->origin, "show: also where each value comes from");
  parser.add_option("-f,--format", flags->format, "show: toml or json (json always has the origin)")
      .one_of({"toml", "json"})
      .show_default();
  return [flags](const settings::Reading& reading, World& world, Talk& talk) {
    return run_config(*flags, reading, world, talk);
  };
}

}  // namespace

constinit const Command kConfig{"config",
                                "Check the configuration, or show every value and where it comes from",
                                "  ctxcap config check\n"
                                "  ctxcap config show --origin\n"
                                "  ctxcap config show --config ctxcap.toml -f json\n",
                                configure_config,
                                ~settings::kEverywhere,
                                true};

}  // namespace ctxcap::app
