#pragma once
// Inside app/: what is decided, for servers where nothing is created.

#include "app/options.hpp"
#include "data/analysis.hpp"
#include "data/described_model.hpp"

namespace ctxcap::app {

// A plan for each base that has a window, rendered. Errors: a template.
Result<std::vector<ServedPlan>> serve(const std::vector<BaseAnalysis>& bases, const DescribedModels& models,
                                      const AnalyzeOptions& options);

}  // namespace ctxcap::app
