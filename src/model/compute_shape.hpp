#pragma once
#include <string_view>

#include "model/keys.hpp"

namespace ctxcap::model {

// Fills arch.compute. Nothing here is a reason to refuse a model: what is missing counts as 0.
void read_compute(const ModelDescription& description, std::string_view architecture, ModelArch& arch);

}  // namespace ctxcap::model
