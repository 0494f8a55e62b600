#pragma once
// What /api/ps cannot prove: that a prompt as long as the window allows goes in whole. A server that cuts it
// says nothing, but its count of prompt tokens falls to about half the window.

#include "data/plan.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

// Sends a prompt of about `share` of the window, made of words that mean nothing, and compares the count that
// comes back with the one that two short prompts of the same words foretell. Sets `seen.probe_tokens`, or
// adds a note where no answer carried a count. Error of kind `unverified`: fewer tokens were read than were
// sent. The model is loaded already; nothing is reloaded.
Status probe(Ollama& ollama, const Variant& variant, double share, Verification& seen);

}  // namespace ctxcap::runtime
