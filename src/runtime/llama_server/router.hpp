#pragma once
// The router of llama-server: a preset that is edited, read again, proved and undone.

#include <memory>

#include "runtime/served/file_server.hpp"

namespace ctxcap::runtime {

// A section of place.preset: place.section, else the one that is called as the model. nullptr: no preset is
// named.
std::unique_ptr<FileServer> open_router(const World& world, const ServedPlace& place,
                                        const std::string& model);

}  // namespace ctxcap::runtime
