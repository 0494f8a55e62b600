#pragma once
// THE TABLE of servers, and what can honestly be done with each.

#include <span>
#include <string_view>

#include "data/verification.hpp"
#include "ports/world.hpp"

namespace ctxcap::runtime {

struct Runtime {
  Target target;
  std::string_view describe, apply, undo;  // a phrase each; "": it cannot
  // nullptr: by apply alone.
  Result<ServedVerification> (*verify)(World& world, const ServedAsk& ask);
};

std::span<const Runtime> runtimes();

// nullptr: none of that name.
const Runtime* find_runtime(std::string_view name);

}  // namespace ctxcap::runtime
