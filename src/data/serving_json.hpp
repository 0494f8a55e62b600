#pragma once
// Inside data/: a plan of another server as JSON.

#include "data/json_values.hpp"
#include "data/serving.hpp"

namespace ctxcap {

Json json_of(const ServedPlan& plan);

}  // namespace ctxcap
