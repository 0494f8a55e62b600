#pragma once
// Why another window runs than was asked for, as far as the server shows it. Private to this room.

#include <set>
#include <string>
#include <vector>

#include "data/plan.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

// A sentence. `seen`: the row of /api/ps after each load of the variant, not empty; `digest`: of the variant.
// Looks at /api/show, watches /api/ps for a moment, and loads the variant once more with the window asked for
// by the request itself.
std::string cause_of(Ollama& ollama, const Variant& variant, const std::string& digest,
                     const std::vector<RunningModel>& seen);

}  // namespace ctxcap::runtime
