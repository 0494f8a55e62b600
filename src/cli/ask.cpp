#include "cli/ask.hpp"

namespace ctxcap::cli {

Status ask(const std::string& question, World& world, Talk& talk) {
  if (!world.console.in_is_tty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "nobody can be asked",
                 .why = "stdin is not a terminal",
                 .hint = "say --yes to apply without asking, or --dry-run to only look"});
  }
  talk.clear();
  world.console.err(question + " [y/N] ");
  const std::string answer = world.console.read_line().value_or("");
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return fail({.kind = ErrorKind::failure,
               .what = "not done",
               .why = "the answer was not yes",
               .hint = "nothing was changed"});
}

}  // namespace ctxcap::cli
