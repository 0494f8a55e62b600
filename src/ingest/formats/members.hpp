#pragma once
// Members of a JSON object under the names that one thing has had.

#include <initializer_list>
#include <string_view>

#include "ingest/json_text.hpp"

namespace ctxcap::ingest {

// The first that is there.
inline Value first_member(Value object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Value found = object.member(name);
    if (found.present()) return found;
  }
  return {};
}

// The same along a path.
inline Value at_path(Value object, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) object = object.member(name);
  return object;
}

}  // namespace ctxcap::ingest
