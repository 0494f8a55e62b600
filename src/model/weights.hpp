#pragma once
#include "data/model.hpp"

namespace ctxcap::model {

// Fills arch.weights from the tensor list; a note says why where it cannot.
void read_weights(const ModelDescription& description, ModelArch& arch);

}  // namespace ctxcap::model
