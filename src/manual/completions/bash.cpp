#include <fmt/format.h>

#include <map>

#include "base/text.hpp"
#include "manual/completions/completions.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

constexpr const char* kHead =
    R"(# Completion of ctxcap for bash. Now: source <(ctxcap completion bash); for good:
#   ctxcap completion bash > ~/.local/share/bash-completion/completions/ctxcap

# Candidates (full words) that begin as the word at the cursor does. Readline may have cut that word at its
# last : or =, and wants only what comes behind it.
_ctxcap_reply() {
  local candidate
  for candidate; do
    [[ $candidate == "$full"* ]] && COMPREPLY+=("${candidate#"$keep"}")
  done
}

_ctxcap_names() {
  local name quoted
  while IFS= read -r name; do
    printf -v quoted %q "$name"
    _ctxcap_reply "$lead$quoted"
  done < <(command ctxcap completion "$1" 2>/dev/null)
}
)";

constexpr const char* kTail = R"(
_ctxcap() {
  local last='([^[:space:]\\]|\\.)*$' line=${COMP_LINE:0:COMP_POINT}
  local full lead= keep tail word words command= flag= place=1 offer many IFS=$' \t\n'
  COMPREPLY=()
  [[ $line =~ $last ]] && full=${BASH_REMATCH[0]}
  tail=$full
  [[ $COMP_WORDBREAKS == *=* ]] && tail=${tail##*=}
  [[ $COMP_WORDBREAKS == *:* ]] && tail=${tail##*:}
  keep=${full%"$tail"}

  # What stands before it: the command, and the flag that still takes values.
  read -a words <<<"${line:0:${#line}-${#full}}"
  for word in "${words[@]:1}"; do
    case $word in
      -*=*) flag= ;;
      -*) flag=$word; _ctxcap_offer "$command" "$flag"; [[ $offer ]] || flag= ;;
      *)
        if [[ $flag ]]; then
          _ctxcap_offer "$command" "$flag"; [[ $many ]] || flag=
        elif [[ -z $command ]]; then
          command=$word
        else
          ((++place))
        fi ;;
    esac
  done

  if [[ $full == -*=* ]]; then
    flag=${full%%=*} lead=$flag=
  elif [[ $full == -* ]]; then
    _ctxcap_flags "$command"
    return
  fi
  if [[ -z $flag && -z $command ]]; then
    _ctxcap_reply $commands
    return
  fi
  _ctxcap_offer "$command" "${flag:-$place}"
  case $offer in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    jobs | models) _ctxcap_names "$offer" ;;
    words\ *)
      for word in ${offer#words }; do _ctxcap_reply "$lead$word"; done ;;
  esac
}

complete -F _ctxcap ctxcap
)";

std::string_view word_of(Taken::Offer offer) {
  switch (offer) {
    case Taken::Offer::words:
      return "words";
    case Taken::Offer::files:
      return "files";
    case Taken::Offer::folders:
      return "folders";
    case Taken::Offer::jobs:
      return "jobs";
    case Taken::Offer::models:
      return "models";
    case Taken::Offer::nothing:
      break;
  }
  return "text";
}

// "analyze --format" where it is that command's, "* --risk" where it means the same everywhere.
std::vector<std::string> patterns(const Taken& taken) {
  std::vector<std::string> keys = taken.names, found;
  if (keys.empty()) keys = {std::to_string(taken.place)};
  const bool own = taken.commands.size() == 1;
  for (const std::string& key : keys) {
    found.push_back(own ? fmt::format("'{} {}'", taken.commands.front(), key) : fmt::format("*' {}'", key));
  }
  return found;
}

}  // namespace

std::string bash_script(const Program& program) {
  const std::vector<Taken> all = everything_taken(program);
  // Patterns of each offer; first those of one command.
  std::map<std::pair<bool, std::string>, std::vector<std::string>> offers;
  for (const Taken& taken : all) {
    if (taken.value.empty()) continue;
    std::string offer(word_of(taken.offer));
    if (taken.offer == Taken::Offer::words) offer += " " + join(taken.words, " ");
    const bool shared = taken.commands.size() != 1;
    std::vector<std::string>& of =
        offers[{shared, fmt::format("offer='{}'{}", offer, taken.many ? " many=1" : "")}];
    for (std::string& pattern : patterns(taken)) of.push_back(std::move(pattern));
  }
  std::string text = std::string(kHead) +
                     "\n# What may follow flag or place $2 of command $1; empty: nothing.\n"
                     "_ctxcap_offer() {\n  offer= many=\n  case \"$1 $2\" in\n";
  for (const auto& [offer, of] : offers)
    text += fmt::format("    {}) {} ;;\n", join(of, " | "), offer.second);
  text += "  esac\n}\n\n_ctxcap_flags() {\n";
  std::map<std::string, std::vector<std::string>> flags;  // of each command; "": of all
  std::vector<std::string> names;
  for (const Taken& taken : all) {
    const std::vector<std::string> everywhere = {""};
    for (const std::string& command : taken.commands.empty() ? everywhere : taken.commands)
      flags[command].insert(flags[command].end(), taken.names.begin(), taken.names.end());
  }
  text += fmt::format("  _ctxcap_reply {}\n  case $1 in\n", join(flags[""], " "));
  for (const Command* command : program.commands) {
    names.emplace_back(command->name);
    if (const auto of = flags.find(names.back()); of != flags.end() && !of->second.empty())
      text += fmt::format("    {}) _ctxcap_reply {} ;;\n", command->name, join(of->second, " "));
  }
  text += "  esac\n}\n";
  std::string tail = kTail;
  constexpr std::string_view kCommands = "$commands";
  return text + tail.replace(tail.find(kCommands), kCommands.size(), join(names, " "));
}

}  // namespace ctxcap::manual
