#pragma once
// llama-swap as it runs: it reads its configuration by itself where it was started with -watch-config.

#include <memory>

#include "runtime/served/file_server.hpp"

namespace ctxcap::runtime {

// A model of place.config: place.model, else the one of that name. nullptr: no configuration is named.
std::unique_ptr<FileServer> open_swap(const World& world, const ServedPlace& place, const std::string& model);

// Of a model that runs, what its server says; asking any other would start it. Errors: it does not run, or
// nobody answers.
Result<ServedVerification> verify_through_swap(Http& http, const ServedAsk& ask);

}  // namespace ctxcap::runtime
