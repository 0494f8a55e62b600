#pragma once
// Inside sources/databases/: THE TABLE of what other programs keep, and where.

#include <span>
#include <string_view>

namespace ctxcap::sources {

struct KnownTable {
  std::string_view program;
  // "table.column": it is one that has all of these, and nothing of `lacks`.
  std::span<const std::string_view> has;
  std::string_view lacks = "";
  // Gives one text per row, an object that ingest knows. "@table.column" is null where there is none:
  // programs add columns over the years. `rest` goes behind it.
  std::string_view query;
  std::string_view rest = "";
};

// Those that a database has are all read, in this order.
std::span<const KnownTable> known_tables();

}  // namespace ctxcap::sources
