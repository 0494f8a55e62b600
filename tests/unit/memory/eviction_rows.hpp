#pragma once
// Scenarios run through Ollama's own scheduler, replayed through ours.

#include <string>

#include "base/json.hpp"

namespace ctxcap {

// What differs between the row and its replay; empty: nothing. `newest` replays the other order in which
// Ollama may ask its runners, against the outcomes of that order.
std::string difference(const nlohmann::json& row, bool newest);

}  // namespace ctxcap
