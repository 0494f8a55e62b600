#pragma once
// the same requests under other settings.

#include <vector>

#include "advise/options.hpp"
#include "data/analysis.hpp"
#include "data/described_model.hpp"

namespace ctxcap::advise {

// Of the base models of most requests: every window that was considered, under the usual cache types, one to
// four slots and what are declared as tenants, one after the other; the other models stay at their caps.
std::vector<WhatIf> what_if(const Analysis& analysis, const DescribedModels& models,
                            const AnalyzeOptions& options);

}  // namespace ctxcap::advise
