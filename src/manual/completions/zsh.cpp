#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "manual/completions/completions.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

constexpr const char* kHead = R"~(#compdef ctxcap
# Completion of ctxcap for zsh. For good: ctxcap completion zsh > a folder of $fpath, as _ctxcap.

_ctxcap_names() {
  local -a names
  names=(${(f)"$(command ctxcap completion $1 2>/dev/null)"})
  compadd -a names
}

)~";

// Text inside of single quotes, inside of a specification of _arguments.
std::string spec(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') out += "'\\'";
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const Taken& taken) {
  switch (taken.offer) {
    case Taken::Offer::words:
      return "(" + join(taken.words, " ") + ")";
    case Taken::Offer::files:
      return "_files";
    case Taken::Offer::folders:
      return "_files -/";
    case Taken::Offer::jobs:
      return " _ctxcap_names jobs";
    case Taken::Offer::models:
      return " _ctxcap_names models";
    case Taken::Offer::nothing:
      break;
  }
  return " ";
}

std::string specs(const Taken& taken) {
  const std::string value = taken.value.empty() ? ""
                                                : fmt::format("{}{}:{}", taken.value_optional ? "::" : ":",
                                                              spec(taken.value), action(taken));
  if (taken.names.empty()) return fmt::format("'{}{}'", taken.place, value);
  std::string text;
  for (const std::string& name : taken.names) {
    const bool is_long = name.starts_with("--");
    text += fmt::format("{}'{}{}{}[{}]{}{}'", text.empty() ? "" : " ", taken.many ? "*" : "", name,
                        value.empty() ? ""
                        : is_long     ? "="
                                      : "+",
                        spec(taken.help), taken.many ? ":*-*" : "", value);
  }
  return text;
}

}  // namespace

std::string zsh_script(const Program& program) {
  const std::vector<Taken> all = everything_taken(program);
  std::string text = std::string(kHead) + "_ctxcap_commands() {\n  local -a commands=(\n";
  for (const Command* command : program.commands)
    text += fmt::format("    '{}:{}'\n", command->name, spec(command->help));
  text +=
      "  )\n  _describe command commands\n}\n\n_ctxcap() {\n"
      "  local curcontext=$curcontext state line ret=1\n  local -a everywhere=(\n";
  for (const Taken& taken : all) {
    if (taken.commands.empty()) text += "    " + specs(taken) + "\n";
  }
  text +=
      "  )\n  _arguments -C $everywhere ': :_ctxcap_commands' '*::argument:->argument' && ret=0\n"
      "  [[ $state == argument ]] || return ret\n  case $line[1] in\n";
  for (const Command* command : program.commands) {
    text += fmt::format("    {})\n      _arguments $everywhere", command->name);
    for (const Taken& taken : all) {
      if (std::find(taken.commands.begin(), taken.commands.end(), command->name) != taken.commands.end())
        text += " \\\n        " + specs(taken);
    }
    text += " && ret=0 ;;\n";
  }
  return text +
         "  esac\n  return ret\n}\n\n"
         "if [[ $funcstack[1] == _ctxcap ]]; then _ctxcap \"$@\"; else compdef _ctxcap ctxcap; fi\n";
}

}  // namespace ctxcap::manual
