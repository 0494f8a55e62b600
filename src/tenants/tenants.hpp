#pragma once
// What other programs take of a card, and how they say that they did not get it. The door of this room.

#include <string_view>

#include "data/oom.hpp"

namespace ctxcap::tenants {

// One line of a log or of an error. Known are PyTorch since 1.0, llama.cpp, vLLM, CTranslate2, Ollama's
// scheduler and the kernel's driver; everything else is OomKind::none.
OomText read_oom(std::string_view line);

// What follows from it, and what would help.
OomEvent explained(const OomText& told);

// Every failure that a text tells of, a log or one pasted line; lines that tell on of the same one belong to
// it.
std::vector<OomEvent> oom_events(std::string_view text);

}  // namespace ctxcap::tenants
