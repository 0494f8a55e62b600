#pragma once
// Inside state/: jobs and models that completions offer: those of the state, and of the last analysis.

#include <string>
#include <vector>

#include "ports/world.hpp"

namespace ctxcap {
struct Analysis;
}

namespace ctxcap::state {

// Keeps the names of this analysis in $XDG_CACHE_HOME/ctxcap/names (else ~/.cache), where somebody sits at a
// terminal; scripts leave nothing. Only names that reports show. Failures do not matter.
void remember_names(const Analysis& analysis, World& world);

enum class Known { jobs, models };  // models: also variants of ours

// Sorted, one printable line each: a name with a line end or another control character is left out. Empty
// where nothing is known or can be read.
std::vector<std::string> known_names(Known kind, World& world);

}  // namespace ctxcap::state
