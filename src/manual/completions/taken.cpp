// From the tables of commands and settings to what the scripts are made of.

#include <algorithm>

#include "base/text.hpp"
#include "manual/completions/completions.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

using Offer = Taken::Offer;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// By what --help calls the value.
Offer offer_of(std::string_view value) {
  if (is_one_of(value, {"FILE", "PLAN.json", "PLAN"})) return Offer::files;
  if (value == "DIR") return Offer::folders;
  if (value == "JOB") return Offer::jobs;
  return is_one_of(value, {"MODEL", "VARIANT"}) ? Offer::models : Offer::nothing;
}

Taken of_setting(const settings::Row& row, const Program& program) {
  using settings::Type;
  Taken taken{.names = {row.flag}, .value = row.value, .help = row.help, .words = row.words};
  taken.offer = offer_of(row.value);
  if (row.type == Type::path && row.value != "DIR") taken.offer = Offer::files;
  if (row.type == Type::paths) taken.offer = Offer::files;
  if (row.key == "source.jobs") taken.offer = Offer::jobs;
  if (row.key == "source.models") taken.offer = Offer::models;
  if (!row.words.empty()) taken.offer = Offer::words;
  taken.many = row.type == Type::texts || row.type == Type::paths || row.type == Type::table;
  taken.value_optional = !row.alone.empty();
  if (row.uses & settings::kEverywhere) return taken;
  for (const Command* command : program.commands) {
    if (command->uses & row.uses & ~settings::kEverywhere) taken.commands.emplace_back(command->name);
  }
  return taken;
}

Taken of_argument(const Argument& argument, const Command& command, int place) {
  Taken taken{.value = argument.value, .help = argument.help, .words = argument.words};
  if (argument.is_flag()) {
    for (const std::string_view name : split(argument.names, ',')) taken.names.emplace_back(name);
  } else {
    taken.place = place;
  }
  taken.offer = argument.words.empty() ? offer_of(argument.value) : Offer::words;
  taken.many = argument.is_flag() && taken.offer == Offer::files;
  taken.commands = {std::string(command.name)};
  return taken;
}

}  // namespace

std::vector<Taken> everything_taken(const Program& program) {
  std::vector<Taken> all = {
      {.names = {"-h", "--help"}, .help = "The help of the program, or of a command"},
      {.names = {"--version"}, .help = "The version"},
      {.names = {"-q", "--quiet"}, .help = "Results, warnings and errors only"},
      {.names = {"-v", "--verbose"}, .help = "Also each request and program"},
      {.names = {"--config"}, .value = "FILE", .help = "The configuration file", .offer = Offer::files}};
  for (const settings::Row& row : program.rows) {
    if (row.flag.empty()) continue;
    all.push_back(of_setting(row, program));
    if (row.type != settings::Type::flag) continue;
    all.push_back(all.back());
    all.back().names = {"--no-" + row.flag.substr(2)};
    all.back().help = "Not: " + row.help;
  }
  for (const Command* command : program.commands) {
    int place = 0;
    for (const Argument& argument : arguments_of(*command))
      all.push_back(of_argument(argument, *command, argument.is_flag() ? 0 : ++place));
  }
  return all;
}

std::string completion_script(const Program& program, std::string_view shell) {
  return shell == "zsh" ? zsh_script(program) : shell == "fish" ? fish_script(program) : bash_script(program);
}

}  // namespace ctxcap::manual
