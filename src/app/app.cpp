#include "app/app.hpp"

#include "app/command_line.hpp"

namespace ctxcap::app {

int run(int argc, const char* const* argv, World world) {
  const Result<CommandLine> line = parse_command_line(argc, argv);
  Talk talk(world, line ? line->talk : TalkOptions{});
  if (!line) {
    talk.error(line.error());
    return static_cast<int>(exit_code(line.error().kind));
  }
  if (!line->runner) {
    world.console.out(line->text);
    return static_cast<int>(ExitCode::done);
  }
  const Result<ExitCode> result = line->runner(world, talk);
  talk.clear();
  // Output that got lost, on a full disk say, is a failure whatever the command thought of itself.
  const std::optional<std::string> lost = world.console.out_error();
  if (result && lost) {
    talk.error({.what = "the output could not be written",
                .why = "stdout: " + *lost,
                .hint = "look at where it goes: a full disk, a closed file"});
    return static_cast<int>(ExitCode::failure);
  }
  if (result) return static_cast<int>(*result);
  talk.error(result.error());
  return static_cast<int>(exit_code(result.error().kind));
}

}  // namespace ctxcap::app
