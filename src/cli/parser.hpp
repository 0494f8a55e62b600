#pragma once
// Inside cli/: how a command says which arguments it takes that are no settings. Behind it is CLI11, which
// takes five seconds to compile wherever it is seen, and thirteen under the sanitizers; so only two files see
// it.

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "settings/settings.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ctxcap::cli {

struct Command;

// An argument of a command that is no setting, as people read it.
struct Argument {
  std::string names;               // "-f,--format"; without a dash: "MODEL"
  std::string value;               // what --help calls its value; "": it takes none
  std::string help;                // one sentence
  std::vector<std::string> words;  // what it may be; empty: anything

  bool is_flag() const { return names.starts_with('-'); }
};

// In the order in which the command adds them.
std::vector<Argument> arguments_of(const Command& command);

// The flag of a setting, "--risk SHARE"; "": it has none.
std::string flag_of(const settings::Row& row);

class Option {
 public:
  Option(CLI::Option& option, Argument& told) : option_(&option), told_(&told) {}

  // What --help calls its value.
  Option type_name(std::string name);
  // Other values are refused.
  Option one_of(std::vector<std::string> values);
  // Completions offer these; others are for the command to refuse.
  Option words(std::vector<std::string> values);
  // --help tells the value that it has now.
  Option show_default();
  // Not both of them.
  Option excludes(Option other);

 private:
  CLI::Option* option_;
  Argument* told_;  // of the parser
};

// `names`: "-f,--format"; without a dash an argument. `value` must live until the command has run.
class Parser {
 public:
  explicit Parser(CLI::App& app) : app_(&app) {}

  Option add_flag(std::string names, bool& value, std::string help);
  Option add_option(std::string names, std::string& value, std::string help);
  Option add_option(std::string names, std::optional<i64>& value, std::string help);
  // It may be given several times.
  Option add_option(std::string names, std::vector<std::string>& values, std::string help);

  // Where `claims` says so after the command line was read, --config names no configuration of ours, and its
  // value goes into `value`.
  void claim_config(std::string& value, std::function<bool()> claims);
  // Whether it does.
  bool claimed_config(const std::string& config) const;

  // The flag of a setting; what is typed goes into `flags`. Does nothing for a setting that has none.
  void add_setting(const settings::Row& row, settings::Flags& flags);

  // The same as an argument without a flag, any number of times; `words` gets those.
  void add_as_argument(const settings::Row& row, settings::Flags& flags, std::vector<std::string>& words);

  // What was added, without settings.
  const std::deque<Argument>& arguments() const { return arguments_; }

 private:
  Option told(CLI::Option& option, std::string names, std::string value, std::string help);

  CLI::App* app_;
  std::deque<Argument> arguments_;  // Options point into it
  std::string* config_ = nullptr;
  std::function<bool()> claims_config_;
};

}  // namespace ctxcap::cli
