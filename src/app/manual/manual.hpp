#pragma once
// Inside app/manual/: what is told of commands and settings, read off their tables: help topics, man pages,
// completions and the commented configuration file.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.hpp"
#include "base/result.hpp"
#include "report/report.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

struct Topic {
  std::string_view name;
  std::string_view help;  // one line
  std::string (*text)(const report::TextOptions& style);
};

// Of `ctxcap help TOPIC`.
std::span<const Topic> topics();

// One setting, or all of a table ("policy"), or all for "". Error (ErrorKind::usage): there is none of that
// name, with the one that was probably meant.
Result<std::string> settings_text(const std::string& key, const report::TextOptions& style);

// roff: section 1, the program, and section 5, the configuration file.
std::string man_page(int section);

// The script for that shell: "bash", "zsh" or "fish".
std::string completion_script(std::string_view shell);

// The commands that use a setting, as people name them: "analyze, apply".
std::string users_of(const settings::Row& row);

// Lines of help text, at most `width` columns, each after `indent` blanks.
std::string wrapped(std::string_view text, int width, int indent);

}  // namespace ctxcap::app
