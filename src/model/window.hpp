#pragma once
#include "data/model.hpp"

namespace ctxcap::model {

// Fills max_ctx, native_ctx, rope_scaling, extension_trained: what the file declares about its window.
void read_windows(const ModelDescription& description, ModelArch& arch);

}  // namespace ctxcap::model
