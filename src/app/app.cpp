#include "app/app.hpp"

#include "app/commands.hpp"
#include "app/settings_file.hpp"
#include "ports/elsewhere.hpp"
#include "state/state.hpp"
#include "survey/survey.hpp"

namespace ctxcap::app {
namespace {

// A command gets its settings without problems, unless it is there to tell of them.
Result<ExitCode> run_command(const cli::CommandLine& line, settings::Reading reading, World& world,
                             Talk& talk) {
  survey::prefer_typed_history(reading);
  if (reading.problems.empty()) TRY(survey::find_cards(line.command->uses, reading.settings, world, talk));
  if (reading.problems.empty() || line.command->lenient) return line.runner(reading, world, talk);
  for (std::size_t i = 0; i + 1 < reading.problems.size(); ++i) talk.error(reading.problems[i]);
  return fail(reading.problems.back());
}

}  // namespace

int run(int argc, const char* const* argv, World world) {
  const Result<cli::CommandLine> line = cli::parse_command_line(program(), argc, argv);
  const settings::Reading reading =
      line && line->command ? read_settings_file(line->config, line->flags, line->command->uses, world)
                            : settings::Reading{};
  OtherVariable environment(world.environment, state::kDirectoryVariable, reading.settings.state_dir);
  World own{world.http,  world.processes, world.clock,      world.files,    world.console,
            environment, world.databases, world.interrupts, world.libraries};
  Talk talk(own, reading.settings.report, line ? line->again : "",
            line ? line->loudness : cli::Loudness::usual);
  if (!line) {
    talk.error(line.error());
    return static_cast<int>(exit_code(line.error().kind));
  }
  if (line->command == nullptr) {
    own.console.out(line->text);
    return static_cast<int>(ExitCode::done);
  }
  cli::WatchedHttp http(own.http, own.clock, talk);
  cli::WatchedProcesses processes(own.processes, own.clock, talk);
  World watched{http,        processes,     own.clock,      own.files,    own.console,
                environment, own.databases, own.interrupts, own.libraries};
  const Result<ExitCode> result = run_command(*line, reading, watched, talk);
  talk.clear();
  // Output that got lost, on a full disk say, is a failure whatever the command thought of itself.
  const std::optional<std::string> lost = own.console.out_error();
  if (result && lost) {
    talk.error({.what = "the output could not be written",
                .why = "stdout: " + *lost,
                .hint = "check where it goes: a full disk? a closed file?"});
    return static_cast<int>(ExitCode::failure);
  }
  if (result) return static_cast<int>(*result);
  talk.error(result.error());
  return static_cast<int>(exit_code(result.error().kind));
}

}  // namespace ctxcap::app
