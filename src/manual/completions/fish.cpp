#include <fmt/format.h>

#include "base/text.hpp"
#include "manual/completions/completions.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

constexpr const char* kHead =
    R"(# Completion of ctxcap for fish. Now: ctxcap completion fish | source; for good:
#   ctxcap completion fish > ~/.config/fish/completions/ctxcap.fish

# Whether the command is one of these; without any: whether there is none yet.
function __ctxcap_in
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --config --color
                set -e words[1]
            case '-*'
            case '*'
                contains -- $words[1] $argv
                return
        end
        set -e words[1]
    end
    test -z "$argv"
end

complete -c ctxcap -f
)";

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string what(const Taken& taken) {
  switch (taken.offer) {
    case Taken::Offer::words:
      return " -a " + in_quotes(join(taken.words, " "));
    case Taken::Offer::files:
      return " -F";
    case Taken::Offer::folders:
      return " -a '(__fish_complete_directories)'";
    case Taken::Offer::jobs:
      return " -a '(command ctxcap completion jobs 2>/dev/null)'";
    case Taken::Offer::models:
      return " -a '(command ctxcap completion models 2>/dev/null)'";
    case Taken::Offer::nothing:
      break;
  }
  return "";
}

}  // namespace

std::string fish_script(const Program& program) {
  std::string text = kHead;
  for (const Command* command : program.commands)
    text += fmt::format("complete -c ctxcap -n __ctxcap_in -a {} -d {}\n", command->name,
                        in_quotes(command->help));
  for (const Taken& taken : everything_taken(program)) {
    std::string line = "complete -c ctxcap";
    if (!taken.commands.empty()) line += " -n " + in_quotes("__ctxcap_in " + join(taken.commands, " "));
    for (const std::string& name : taken.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!taken.names.empty() && !taken.value.empty() && !taken.value_optional)
      line += taken.offer == Taken::Offer::files ? " -r" : " -x";
    if (taken.names.empty() && taken.offer == Taken::Offer::nothing) continue;
    text += line + what(taken) + " -d " + in_quotes(taken.help) + "\n";
  }
  return text;
}

}  // namespace ctxcap::manual
