// ctxcap completion: scripts for shells, and the names that they ask for.

#include <memory>

#include "app/commands.hpp"
#include "manual/manual.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

Result<ExitCode> run_completion(const std::string& what, World& world) {
  if (what.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "completion needs the name of a shell",
                 .why = "it is bash, zsh or fish",
                 .hint = "source <(ctxcap completion bash)"});
  }
  if (what != "jobs" && what != "models") {
    world.console.out(manual::completion_script(program(), what));
    return ExitCode::done;
  }
  std::string text;
  for (const std::string& name :
       state::known_names(what == "jobs" ? state::Known::jobs : state::Known::models, world))
    text += name + "\n";
  world.console.out(text);
  return ExitCode::done;
}

Runner configure_completion(Parser& parser) {
  const auto what = std::make_shared<std::string>();
  parser.add_option("shell", *what, "The shell; or jobs, models: the known names, one per line")
      .one_of({"bash", "zsh", "fish", "jobs", "models"})
      .type_name("SHELL");
  return [what](const settings::Reading&, World& world, Talk&) { return run_completion(*what, world); };
}

}  // namespace

constinit const Command kCompletion{
    .name = "completion",
    .help = "Completion for bash, zsh and fish: commands, flags, words, jobs and models",
    .examples =
        "  source <(ctxcap completion bash)\n"
        "  ctxcap completion zsh > ~/.zfunc/_ctxcap      (a folder of $fpath)\n"
        "  ctxcap completion fish > ~/.config/fish/completions/ctxcap.fish\n",
    .configure = configure_completion,
    .lenient = true};

}  // namespace ctxcap::app
