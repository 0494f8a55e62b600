#pragma once
// The door of this room: what is told of commands and settings, read off their tables: help topics, man
// pages, completions and the commented configuration file. Texts in, texts out; nothing is asked or written.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/glossary.hpp"
#include "base/result.hpp"
#include "cli/cli.hpp"
#include "report/report.hpp"
#include "settings/settings.hpp"

namespace ctxcap::manual {

using cli::Argument;
using cli::arguments_of;
using cli::Command;
using cli::exit_codes;
using cli::ExitCodeHelp;
using cli::flag_of;
using cli::Program;

// --- Help -----------------------------------------------------------------------------------------------

struct Topic {
  std::string_view name;
  std::string_view help;  // one line
  std::string (*text)(const Program& program, const report::TextOptions& style);
};

// Of `ctxcap help TOPIC`; there may be more that only others can tell.
std::span<const Topic> topics();

// One setting ("policy.risk", "risk", "--risk", "CTXCAP_POLICY_RISK"), all of a table ("policy"), or all of
// them (""). Error (ErrorKind::usage): there is none of that name, with the one that was probably meant.
Result<std::string> settings_text(const Program& program, const std::string& key,
                                  const report::TextOptions& style);

std::string exit_codes_text(const Program& program, const report::TextOptions& style);
std::string environment_text(const Program& program, const report::TextOptions& style);
std::string logs_text(const Program& program, const report::TextOptions& style);
std::string vllm_help(const Program& program, const report::TextOptions& style);
std::string llama_server_help(const Program& program, const report::TextOptions& style);

// A variable of the environment. Several that are read alike share a row.
struct VariableHelp {
  std::string name, help;
};
std::vector<VariableHelp> variables(
    const Program& program);  // those that are no settings: of other programs, and credentials
struct FileHelp {
  std::string_view path, help;
};
std::span<const FileHelp> files();  // that ctxcap reads and writes by itself

// --- Man pages, completions, the configuration file -----------------------------------------------------

// roff: section 1, the program, and section 5, the configuration file.
std::string man_page(const Program& program, int section);

// The script for that shell: "bash", "zsh" or "fish".
std::string completion_script(const Program& program, std::string_view shell);

// A table of the file, with what is to be set in it.
struct Filled {
  std::string table;                                        // "policy"
  std::vector<std::pair<std::string, std::string>> values;  // name of the key -> its value in TOML
  std::string note;                                         // a sentence on top of it; "": none
};

// A configuration file that explains itself: every key of every table is in it, set as in `filled`, else as
// a comment. Of tables that are filled several times the first one explains.
std::string commented_file(const Program& program, const std::string& head, std::span<const Filled> filled);

// The settings as a file that reads back as the same Settings; `with_origin` adds where each comes from.
std::string toml_text(const settings::Reading& reading, bool with_origin);
// {"schema": "ctxcap.config/1", "file", "settings": [{"key", "value", "origin", "place"}]}
std::string json_text(const settings::Reading& reading);

// --- Inside -----------------------------------------------------------------------------------------------

// "policy.risk" -> "policy" and "risk".
std::string table_of(const settings::Row& row);
std::string name_of(const settings::Row& row);

// "a whole number, 1 to 1024"; "auto, cli or api".
std::string kind_of(const settings::Row& row);
// The same where the example does not tell it: "1 to 1024"; else "".
std::string limits_of(const settings::Row& row);

// The commands that use a setting, as people name them: "analyze, apply".
std::string users_of(const settings::Row& row, const Program& program);

// "-f,--format" -> "-f, --format".
std::string spaced(std::string_view names);

// "auto, cli or api".
std::string alternatives(std::span<const std::string> words);

}  // namespace ctxcap::manual
