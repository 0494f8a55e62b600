// What all of this room needs: rows of the table in words.

#include "base/text.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {

std::string table_of(const settings::Row& row) {
  return row.key.substr(0, row.key.find('.'));
}

std::string name_of(const settings::Row& row) {
  return row.key.substr(row.key.find('.') + 1);
}

std::string alternatives(std::span<const std::string> words) {
  if (words.size() < 2) return join(words, "");
  return join(words.first(words.size() - 1), ", ") + " or " + words.back();
}

std::string kind_of(const settings::Row& row) {
  using settings::Type;
  const auto with_range = [&](std::string kind) {
    return row.range.empty() ? kind : kind + ", " + row.range;
  };
  switch (row.type) {
    case Type::flag:
      return "true or false";
    case Type::whole:
      return with_range("a whole number");
    case Type::real:
      return with_range("a number");
    case Type::size:
      return "a size with its unit: 24GiB is 24 x 1024^3 bytes, 7.7GB 7.7 x 1000^3";
    case Type::path:
      return "a path; in the file relative to its folder";
    case Type::paths:
      return "one path or a list of them; in the file relative to its folder";
    case Type::url:
      return "an address, http or https";
    case Type::texts:
      return "one text or a list of them";
    case Type::table:
      return "a table; as a flag NAME=VALUE, as often as needed";
    default:
      return !row.words.empty() ? alternatives(row.words) : !row.range.empty() ? row.range : "a text";
  }
}

std::string limits_of(const settings::Row& row) {
  return !row.words.empty() ? alternatives(row.words) : row.range;
}

std::string spaced(std::string_view names) {
  std::string text;
  for (const std::string_view name : split(names, ','))
    text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

std::string users_of(const settings::Row& row, const cli::Program& program) {
  if (row.uses & settings::kEverywhere) return "every command";
  std::vector<std::string> names;
  for (const Command* command : program.commands) {
    // A command that takes every flag there is does so to check or to write them.
    if (command->uses != ~settings::kEverywhere && (command->uses & row.uses))
      names.emplace_back(command->name);
  }
  return join(names, ", ");
}

}  // namespace ctxcap::manual
