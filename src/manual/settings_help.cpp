// ctxcap help settings [KEY|TABLE]

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

using settings::Row;
using Entries = std::vector<std::pair<std::string, std::string>>;

// "--no-per-job" and "per_job" are one name.
std::string plain(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  name.erase(0, name.find_first_not_of('_'));
  return name;
}

// Every name that people may have in mind.
std::vector<std::string> names_of(const Row& row) {
  std::vector<std::string> names = {row.key, name_of(row)};
  if (!row.flag.empty()) names.push_back(row.flag.substr(2));
  if (row.type == settings::Type::flag) names.push_back("no-" + row.flag.substr(2));
  names.insert(names.end(), row.variables.begin(), row.variables.end());
  for (std::string& name : names) name = plain(std::move(name));
  return names;
}

std::string sentence(const Row& row) {
  return row.help + (row.help.ends_with('.') ? "" : ".");
}

std::string one_text(const Program& program, const Row& row, int width) {
  const settings::Table& table = *std::find_if(settings::tables().begin(), settings::tables().end(),
                                               [&](const auto& of) { return of.name == table_of(row); });
  Entries entries;
  const auto add = [&](std::string what, std::string text) {
    if (!text.empty()) entries.emplace_back(std::move(what), std::move(text));
  };
  const bool is_switch = row.type == settings::Type::flag && !row.flag.empty();
  add("flag", is_switch ? row.flag + ", --no-" + row.flag.substr(2) : flag_of(row));
  add("environment", join(row.variables, ", "));
  add("key", name_of(row) + " of " + table.heading());
  add("value", kind_of(row));
  add("default", row.fallback.empty() ? "not set" : row.fallback);
  add("example", row.flag.empty() ? row.line() : row.line() + "   or   " + row.flag_line());
  add("used by", users_of(row, program));
  return wrapped(sentence(row), width, "", "") + "\n\n" + glossary(entries, width);
}

std::string table_text(const Program& program, const settings::Table& table, int width) {
  Entries entries;
  for (const Row& row : program.rows) {
    if (table_of(row) != table.name) continue;
    const std::string flag = flag_of(row);
    std::string text = sentence(row);
    if (!flag.empty()) text += " " + flag;
    if (!row.fallback.empty())
      text += (flag.empty() ? " (" : ", default ") + row.fallback + (flag.empty() ? ")" : "");
    entries.emplace_back(name_of(row), std::move(text));
  }
  return wrapped(std::string(table.heading()) + "  " + std::string(table.help), width, "", "") + "\n" +
         glossary(entries, width);
}

constexpr const char* kHowTheyMeet =
    "A flag wins over the environment, that over the file, that over the default. The file is --config FILE, "
    "$CTXCAP_CONFIG, $XDG_CONFIG_HOME/ctxcap/config.toml, ~/.config/ctxcap/config.toml or "
    "/etc/ctxcap/config.toml, the first that is there. In the environment a key that has a flag is "
    "CTXCAP_TABLE_KEY: CTXCAP_POLICY_RISK. `ctxcap help settings KEY` explains one, `ctxcap config show "
    "--origin` shows what each is now.";

Error unknown(const Program& program, const std::string& key) {
  std::vector<std::string> known;
  for (const Row& row : program.rows) known.push_back(row.key);
  for (const Row& row : program.rows) known.push_back(name_of(row));
  for (const settings::Table& table : settings::tables()) known.emplace_back(table.name);
  const std::string meant = closest(plain(key), known);
  return {.kind = ErrorKind::usage,
          .what = fmt::format("there is no setting \"{}\"", printable(key, 60)),
          .why = "it is not a key, table, flag or variable",
          .hint = meant.empty() ? "ctxcap help settings   lists them all"
                                : "did you mean: ctxcap help settings " + meant};
}

}  // namespace

Result<std::string> settings_text(const Program& program, const std::string& key,
                                  const report::TextOptions& style) {
  std::string text;
  for (const settings::Table& table : settings::tables()) {
    if (key.empty() || table.name == key || table.heading() == key)
      text += (text.empty() ? "" : "\n") + table_text(program, table, style.width);
  }
  if (key.empty()) text += "\n" + wrapped(kHowTheyMeet, style.width, "", "") + "\n";
  if (!text.empty()) return text;
  for (const Row& row : program.rows) {
    const std::vector<std::string> names = names_of(row);
    if (std::find(names.begin(), names.end(), plain(key)) == names.end()) continue;
    text += (text.empty() ? "" : "\n") + one_text(program, row, style.width);
  }
  if (text.empty()) return fail(unknown(program, key));
  return text;
}

}  // namespace ctxcap::manual
