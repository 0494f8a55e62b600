#pragma once
// what is decided, for servers where nothing is created.

#include "advise/options.hpp"
#include "data/analysis.hpp"
#include "data/described_model.hpp"

namespace ctxcap::advise {

// A plan for each base that has a window, rendered. Errors: a template.
Result<std::vector<ServedPlan>> serve(const std::vector<BaseAnalysis>& bases, const DescribedModels& models,
                                      const AnalyzeOptions& options);

// Which server a base is for: as a flag says, else as its [[variant]] does.
Target target_of(const std::string& base, const AnalyzeOptions& options);

// The plan of one base, not rendered. `decision` has a window.
ServedPlan plan_of(const BaseDecision& decision, const DescribedModel& model, const AnalyzeOptions& options);

}  // namespace ctxcap::advise
