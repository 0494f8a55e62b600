#pragma once
// Inside state/: the tables, as the list of steps that led to them.

#include <span>
#include <string_view>

namespace ctxcap::state {

// The file of `pragma application_id`: "ctxc".
inline constexpr long kApplicationId = 0x63747863;

struct Migration {
  std::string_view name;
  const char* sql;  // any number of statements
};

// Version n of the schema is what the first n leave behind. Rows are only ever added: a released one has run
// on somebody's disk.
std::span<const Migration> migrations();

}  // namespace ctxcap::state
