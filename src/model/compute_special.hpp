#pragma once
// Architectures whose compute buffer has a form of its own.

#include <string_view>

#include "data/model.hpp"
#include "model/compute_keys.hpp"

namespace ctxcap::model {

// Sparse attention and position biases: terms that grow with the window, and graphs of a form of their own.
void read_special(Lenient& keys, std::string_view architecture, const ModelArch& arch, ComputeShape& shape);

}  // namespace ctxcap::model
