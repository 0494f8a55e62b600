#pragma once
// Inside manual/: what the command line takes, as the scripts for shells need it. Names that come from
// requests are in no script: these ask `ctxcap completion jobs` and `models` when a name is wanted, and what
// it says is quoted by the shell, never read as code.

#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.hpp"

namespace ctxcap::manual {

// A flag, or an argument: then `names` is empty.
struct Taken {
  enum class Offer { nothing, words, files, folders, jobs, models };  // where a value is wanted

  std::vector<std::string> names;  // "-f", "--format"
  std::string value;               // "FORMAT"; "": it takes none
  std::string help;
  Offer offer = Offer::nothing;
  std::vector<std::string> words;
  bool many = false;  // it may be given several times, with several values
  bool value_optional = false;
  std::vector<std::string> commands;  // that take it; empty: all
  int place = 0;                      // of an argument, from 1
};

// Of all commands; what several take alike is there once.
std::vector<Taken> everything_taken(const cli::Program& program);

std::string bash_script(const cli::Program& program);
std::string zsh_script(const cli::Program& program);
std::string fish_script(const cli::Program& program);

}  // namespace ctxcap::manual
