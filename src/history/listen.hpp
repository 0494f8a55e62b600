#pragma once
// Inside history/: who says now that memory was too little, in the journal and in the logs of containers.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/card.hpp"

namespace ctxcap::history {

// Entries of `journalctl -o json`, one a line, keys in any order; a MESSAGE may be an array of bytes. The
// tenant is the entry's unit, else its program. `containers`: entries of containers count, too. What cannot
// be read is left out.
std::vector<CardOom> ooms_of_journal(std::string_view lines, bool containers);

// The log of a container as Docker's API gives it with times, in frames or, with a terminal, without.
std::vector<CardOom> ooms_of_container(std::string_view log, const std::string& tenant);

}  // namespace ctxcap::history
