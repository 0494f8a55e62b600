// ctxcap(1), the program, and ctxcap.toml(5), its configuration.

#include <fmt/format.h>

#include "base/text.hpp"
#include "manual/manual.hpp"
#include "manual/roff.hpp"

namespace ctxcap::manual {
namespace {

std::string title(const Program& program, std::string_view name, int section, std::string_view about) {
  return fmt::format(".TH {} {} \"{}\" \"ctxcap {}\"\n", roff::text(name), section, program.date,
                     roff::text(program.version)) +
         roff::section("NAME") + fmt::format("{} \\- {}\n", roff::text(name), roff::text(about));
}

// "[-f FORMAT] [JOB]"
std::string synopsis(const std::vector<Argument>& arguments) {
  std::string line;
  for (const Argument& argument : arguments) {
    const std::string first = argument.names.substr(0, argument.names.find(','));
    line += fmt::format(" [{}]", !argument.is_flag()      ? argument.value
                                 : argument.value.empty() ? first
                                                          : first + " " + argument.value);
  }
  return line;
}

// The flags of settings that a command takes, in one line.
std::string taken(const Program& program, const Command& command) {
  if (command.uses == ~settings::kEverywhere) return "Takes the flag of every setting.";
  std::vector<std::string> flags;
  for (const settings::Row& row : program.rows) {
    if (!row.flag.empty() && (row.uses & command.uses & ~settings::kEverywhere)) flags.push_back(row.flag);
  }
  return flags.empty() ? "" : "Settings: " + join(flags, ", ") + ".";
}

std::string command_text(const Program& program, const Command& command) {
  const std::vector<Argument> arguments = arguments_of(command);
  std::string text = roff::subsection(fmt::format("ctxcap {}{}", command.name, synopsis(arguments)));
  text += roff::text(std::string(command.help) + ".") + "\n";
  for (const Argument& argument : arguments) {
    const std::string name = argument.is_flag() ? spaced(argument.names) : argument.value;
    text += roff::entry(name, argument.is_flag() ? argument.value : "", argument.help);
  }
  if (const std::string flags = taken(program, command); !flags.empty()) text += roff::paragraph(flags);
  return text;
}

// What is told of a setting beside its sentence.
std::string facts(const settings::Row& row, bool as_key) {
  std::string text = row.help + ". ";
  if (const std::string limits = limits_of(row); !limits.empty()) text += "Value: " + limits + ". ";
  if (!row.fallback.empty()) text += "Default: " + row.fallback + ". ";
  if (!row.variables.empty()) text += "Environment: " + join(row.variables, ", ") + ". ";
  if (as_key && !row.flag.empty()) text += "Flag: " + flag_of(row) + ".";
  if (!as_key) text += "Key: " + row.key + ".";
  return text;
}

std::string program_page(const Program& program) {
  std::string text = title(program, "ctxcap", 1, "right-sizes the context window of LLM jobs on Ollama");
  text += roff::section("SYNOPSIS") + "\\fBctxcap\\fR \\fICOMMAND\\fR [\\fIargument\\fR ...]\n";
  text +=
      roff::section("DESCRIPTION") +
      roff::text(
          "ctxcap finds the smallest context window that is safe for a job: it reads what requests really "
          "used, states the risk, asks Ollama for the architecture, writes the Modelfile, creates the "
          "capped variant, and proves that it runs. What is data goes to stdout, everything else to "
          "stderr.") +
      "\n";
  text += roff::section("COMMANDS");
  for (const Command* command : program.commands) text += command_text(program, *command);
  text += roff::section("OPTIONS") + roff::text("Every command takes these:") + "\n";
  text += roff::entry("-h, --help", "", "The help of the program, or of a command.");
  text += roff::entry("--version", "", "The version.");
  text += roff::entry("-q, --quiet", "", "Results, warnings and errors only.");
  text += roff::entry("-v, --verbose", "",
                      "Also show each request and each program that is run, and how long it took.");
  text += roff::entry("--config", "FILE", "The configuration file.");
  for (const bool everywhere : {true, false}) {
    if (!everywhere)
      text += roff::section("SETTINGS") + roff::text("As flags, of the commands that name them:") + "\n";
    for (const settings::Row& row : program.rows) {
      if (row.flag.empty() || ((row.uses & settings::kEverywhere) != 0) != everywhere) continue;
      const bool is_switch = row.type == settings::Type::flag;
      text += roff::entry(is_switch ? row.flag + ", --no-" + row.flag.substr(2) : row.flag,
                          is_switch ? "" : flag_of(row).substr(row.flag.size() + 1), facts(row, false));
    }
  }
  text +=
      roff::section("ENVIRONMENT") + roff::text("Settings have variables of their own, see above.") + "\n";
  for (const VariableHelp& variable : variables(program))
    text += roff::entry(variable.name, "", variable.help);
  text += roff::section("FILES");
  for (const FileHelp& file : files()) text += roff::entry(file.path, "", std::string(file.help) + ".");
  text += roff::section("EXIT STATUS");
  for (const ExitCodeHelp& row : exit_codes())
    text += roff::entry(std::to_string(static_cast<int>(row.code)), "", std::string(row.help) + ".");
  std::string examples;
  for (const Command* command : program.commands) examples += command->examples;
  text += roff::section("EXAMPLES") + roff::example(examples);
  return text + roff::section("SEE ALSO") + "\\fBctxcap.toml\\fR(5)\n";
}

std::string file_page(const Program& program) {
  std::string text = title(program, "ctxcap.toml", 5, "configuration of ctxcap");
  text += roff::section("DESCRIPTION") +
          roff::text(
              "The configuration of ctxcap is TOML. A flag wins over the environment, that over this file, "
              "that over the default. Relative paths are relative to the folder of the file. Keys and "
              "passwords have no place in it. `ctxcap init` writes one, `ctxcap config check` says what "
              "is wrong with it.") +
          "\n";
  for (const settings::Table& table : settings::tables()) {
    text += roff::section(table.heading()) + roff::text(table.help) + "\n";
    for (const settings::Row& row : program.rows) {
      if (table_of(row) == table.name) text += roff::entry(row.line(), "", facts(row, true));
    }
  }
  text += roff::section("FILES");
  for (const FileHelp& file : files()) {
    if (file.path.ends_with(".toml")) text += roff::entry(file.path, "", std::string(file.help) + ".");
  }
  return text + roff::section("SEE ALSO") + "\\fBctxcap\\fR(1)\n";
}

}  // namespace

std::string man_page(const Program& program, int section) {
  return section == 5 ? file_page(program) : program_page(program);
}

}  // namespace ctxcap::manual
