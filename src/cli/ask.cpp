#include "cli/ask.hpp"

namespace ctxcap::cli {

Result<bool> ask(const std::string& question, World& world, Talk& talk) {
  if (!world.console.in_is_tty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "there is no one to ask",
                 .why = "stdin is not a terminal",
                 .hint = "--yes applies without asking; --dry-run changes nothing"});
  }
  talk.clear();
  world.console.err(question + " [y/N] ");
  const std::string answer = world.console.read_line().value_or("");
  const bool agreed = answer == "y" || answer == "Y" || answer == "yes";
  if (!agreed) talk.note("nothing was changed");
  return agreed;
}

}  // namespace ctxcap::cli
