#pragma once
// Inside app/: which models of the traces are the same weights, and what separate windows on them would cost.
// Ollama keys its runners by the weights file: models on the same weights are never resident together.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "app/describe.hpp"
#include "data/analysis.hpp"
#include "data/demand.hpp"

namespace ctxcap::app {

// The model that `name` is a variant of: the one it was made from, else the first of those with the same
// weights file, else the first that spells the same name; itself where nothing is known.
std::string base_of(const std::string& name, const std::map<std::string, DescribedModel>& models);

// Loads that the order of the requests would have caused, had each job of `parts` (several decisions on one
// base model) run under its own window. `demands` are those of the base, with Demand::sent.
SharedWeights count_reloads_of(std::span<const BaseAnalysis> parts, std::span<const Demand> demands);

}  // namespace ctxcap::app
