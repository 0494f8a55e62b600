#include "cli/ask.hpp"

namespace ctxcap::cli {

Result<bool> ask(const std::string& question, World& world, Talk& talk) {
  if (!world.console.in_is_tty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "nobody can be asked",
                 .why = "stdin is not a terminal",
                 .hint = "--yes applies without asking, --dry-run only looks"});
  }
  talk.clear();
  world.console.err(question + " [y/N] ");
  const std::string answer = world.console.read_line().value_or("");
  const bool agreed = answer == "y" || answer == "Y" || answer == "yes";
  if (!agreed) talk.note("nothing was changed");
  return agreed;
}

}  // namespace ctxcap::cli
