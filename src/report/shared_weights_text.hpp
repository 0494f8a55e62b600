#pragma once
// Inside report/: what a window per job costs where jobs share weights.

#include <string>

#include "data/analysis.hpp"
#include "report/report.hpp"

namespace ctxcap::report {

std::string shared_weights_text(const SharedWeights& shared, const TextOptions& options);

}  // namespace ctxcap::report
