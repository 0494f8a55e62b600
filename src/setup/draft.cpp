#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "base/value.hpp"
#include "setup/setup.hpp"

namespace ctxcap::setup {
namespace {

using settings::Origin;
using settings::Shown;

// The paths of a TOML text or list, from the root.
std::string absolute(const std::string& toml, const std::string& directory) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < toml.size(); ++i) {
    out += toml[i];
    if (toml[i] == '\\' && i + 1 < toml.size()) {
      out += toml[++i];
    } else if (toml[i] == '"') {
      inside = !inside;
      if (inside && toml[i + 1] != '/') {
        const std::string quoted = in_quotes(directory + "/");
        out += quoted.substr(1, quoted.size() - 2);
      }
    }
  }
  return out;
}

const settings::Row* row_of(const cli::Program& program, const std::string& key) {
  const auto found =
      std::find_if(program.rows.begin(), program.rows.end(), [&](const auto& row) { return row.key == key; });
  return found == program.rows.end() ? nullptr : &*found;
}

// "source[1].files" -> table "source", number 1, row "source.files".
struct Where {
  std::string table;
  std::size_t number = 0;
  const settings::Row* row = nullptr;
};

Where where_of(const cli::Program& program, const Shown& shown) {
  const std::size_t dot = shown.key.find('.'), bracket = shown.key.find('[');
  Where where{.table = shown.key.substr(0, std::min(dot, bracket))};
  if (bracket < dot) where.number = static_cast<std::size_t>(std::stoul(shown.key.substr(bracket + 1)));
  where.row = row_of(program, where.table + shown.key.substr(dot));
  return where;
}

}  // namespace

Filled& table_in(Draft& draft, const std::string& name) {
  const auto found =
      std::find_if(draft.begin(), draft.end(), [&](const Filled& f) { return f.table == name; });
  return found != draft.end() ? *found : draft.emplace_back(Filled{name, {}, ""});
}

std::string value_in(const Draft& draft, const std::string& table, const std::string& key) {
  for (const Filled& filled : draft) {
    for (const auto& [name, toml] : filled.values) {
      if (filled.table == table && name == key) return toml;
    }
  }
  return "";
}

std::string in_quotes(std::string_view text) {
  return toml_of({.text = std::string(text)});
}

Draft draft_of(const cli::Program& program, const settings::Reading& typed, World& world) {
  Draft draft;
  const std::string directory = world.files.working_directory();
  std::string last;  // table and number
  for (const Shown& shown : typed.shown) {
    if (shown.origin != Origin::flag && shown.origin != Origin::environment) continue;
    const Where where = where_of(program, shown);
    const bool at_night = where.row != nullptr && (where.table == "source" || where.table == "variant" ||
                                                   (where.row->uses & settings::kNightly));
    if (!at_night || shown.key.starts_with("variant[") || where.table == "server") continue;
    // Each source of the command line is a table of its own.
    const std::string here = shown.key.substr(0, shown.key.find('.'));
    if (here != last) draft.push_back({where.table, {}, ""});
    last = here;
    const bool path = where.row->type == settings::Type::path || where.row->type == settings::Type::paths;
    draft.back().values.emplace_back(manual::name_of(*where.row),
                                     path ? absolute(shown.toml, directory) : shown.toml);
  }
  return draft;
}

void add_seen(Draft& draft, const Seen& seen) {
  if (value_in(draft, "ollama", "host").empty() && !seen.host.empty())
    table_in(draft, "ollama").values.emplace_back("host", in_quotes(seen.host));
  std::string& note = table_in(draft, "ollama").note;
  note = seen.version.empty() ? "It did not answer when this was written."
                              : "It was " + seen.version + " when this was written.";
  if (seen.log) note += " Its log is " + seen.log->said + ".";
  if (seen.card && value_in(draft, "card", "size").empty()) {
    constexpr Bytes kGiB = Bytes{1} << 30, kMiB = Bytes{1} << 20;
    table_in(draft, "card")
        .values.emplace_back("size", *seen.card % kGiB == 0 ? fmt::format("\"{}GiB\"", *seen.card / kGiB)
                                                            : fmt::format("\"{}MiB\"", *seen.card / kMiB));
    table_in(draft, "card").note = "Its size is what nvidia-smi says. Name what else lives on it as tenants.";
  }
  // A service of the system has no home.
  if (seen.root && value_in(draft, "state", "dir").empty())
    table_in(draft, "state").values.emplace_back("dir", "\"/var/lib/ctxcap\"");
}

}  // namespace ctxcap::setup
