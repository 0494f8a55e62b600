// A configuration file that explains itself, as `ctxcap init` writes it.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

constexpr int kWidth = 100;

std::string comment(std::string_view text) {
  return wrapped(text, kWidth, "# ", "# ") + "\n";
}

std::string about(const settings::Row& row) {
  std::string ways = flag_of(row);
  for (const std::string& name : row.variables) ways += (ways.empty() ? "" : ", ") + name;
  std::string text = row.help + ".";
  if (const std::string limits = limits_of(row); !limits.empty()) text += " Value: " + limits + ".";
  return comment(text) + (ways.empty() ? "" : comment("  " + ways));
}

// What is set, in the order of the table; what is not, where `explain`, as a comment.
std::string keys(const Program& program, const Filled& filled, bool explain) {
  std::string text;
  for (const settings::Row& row : program.rows) {
    if (table_of(row) != filled.table) continue;
    const auto set = std::find_if(filled.values.begin(), filled.values.end(),
                                  [&](const auto& value) { return value.first == name_of(row); });
    const bool is_set = set != filled.values.end();
    if (explain) text += "\n" + about(row);
    if (is_set) {
      text += fmt::format("{} = {}\n", name_of(row), set->second);
    } else if (explain) {
      text += fmt::format("# {} = {}\n", name_of(row), row.fallback.empty() ? row.example : row.fallback);
    }
  }
  return text;
}

}  // namespace

std::string commented_file(const Program& program, const std::string& head, std::span<const Filled> filled) {
  std::string text = comment(head);
  for (const settings::Table& table : settings::tables()) {
    text += fmt::format("\n\n# --- {} {}\n", table.heading(),
                        std::string(kWidth - 8 - table.heading().size(), '-'));
    text += comment(table.help);
    bool first = true;
    for (const Filled& of : filled) {
      if (of.table != table.name) continue;
      if (!of.note.empty()) text += comment(of.note);
      text += (first ? "" : "\n") + table.heading() + "\n" + keys(program, of, first);
      first = false;
    }
    // Empty tables of the first kind are allowed; of the second each would be one more.
    if (first)
      text += (table.many ? "# " : "") + table.heading() + "\n" +
              keys(program, {std::string(table.name), {}, ""}, true);
  }
  return text;
}

}  // namespace ctxcap::manual
