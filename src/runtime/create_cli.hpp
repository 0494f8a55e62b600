#pragma once
// Creating by the ollama command. Private to this room.

#include "data/plan.hpp"
#include "ports/world.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

// `ollama create NAME -f FILE` with the variant's rendered text, without a shell, at the server of `ollama`.
// Exit code 0 says that the command was content; what the server has now, /api/show must tell.
Status create_by_cli(const World& world, const Ollama& ollama, const Variant& variant);

}  // namespace ctxcap::runtime
