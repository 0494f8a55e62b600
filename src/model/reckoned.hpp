#pragma once
#include "data/model.hpp"

namespace ctxcap::model {

// Fills arch.reckoned, after the layers: they stand in for lists that were withheld.
void read_reckoned(const ModelDescription& description, ModelArch& arch);

}  // namespace ctxcap::model
