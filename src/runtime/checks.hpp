#pragma once
// What must hold before anything is changed. Private to this room.

#include <optional>

#include "runtime/apply.hpp"

namespace ctxcap::runtime {

// What is on the server before the change.
struct Before {
  InstalledModel base;
  std::optional<InstalledModel> previous;  // the variant of that name
};

// Without asking the server: names, parameters, texts.
Status check_request(const Variant& variant);

// The base is here, is not remote, can generate, and is still the one that was planned for; a model that has
// the variant's name may be replaced.
Result<Before> check_server(Ollama& ollama, const Variant& variant, Existing existing);

}  // namespace ctxcap::runtime
