#pragma once
// Inside describe/: a model by its weights file, for whoever has no /api/show.

#include "model/model.hpp"
#include "ports/world.hpp"

namespace ctxcap::describe {

bool is_gguf_file(const std::string& path, World& world);

// Of several files that hold one model any may be named; where some are missing its tensors are not told.
Result<ModelDescription> description_from_gguf(const std::string& path, const std::string& name,
                                               World& world);

}  // namespace ctxcap::describe
