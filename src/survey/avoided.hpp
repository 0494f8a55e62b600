#pragma once
// which window of the language model would have kept others from running out of memory.

#include "cli/cli.hpp"
#include "data/card.hpp"
#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::survey {

// Fills in OomUse::num_ctx and avoided_at, and CardUse::advised, where the model that ran then can be told
// and described: by a saved answer of --show, else by the server. Asks nothing where no memory was missing.
// What cannot be told stays unknown.
void find_avoided(std::vector<CardUse>& uses, const settings::Ollama& server, World& world);

}  // namespace ctxcap::survey
