#pragma once
// Demand -> DemandStats: what a job needs, at which risk, and whether its counts can be believed.

#include <optional>
#include <span>
#include <vector>

#include "data/demand.hpp"
#include "data/stats.hpp"

namespace ctxcap::demand {

struct RiskOptions {
  double risk = 0.001;       // share of future requests that may exceed the window; in 0..1, exclusive
  double confidence = 0.95;  // of that statement; in 0..1, exclusive
  std::optional<Tokens> num_predict;  // generation limit that the job will run with; unset: derived. > 0
  std::vector<Tokens>
      windows;  // windows that may have been in force (model's, server's), for the censoring test
  std::vector<Tokens> num_keep;    // num_keep of the model or the requests, where set
  std::optional<Tokens> in_force;  // the window that is known to have served these requests
};

// Everything about one job. A Demand without requests gives requests = 0 and no required window.
DemandStats stats_of(const Demand& demand, const RiskOptions& options);

// Percentiles by nearest rank; all 0 for an empty histogram.
Percentiles percentiles_of(const Histogram& histogram);

// The jobs of one base model together: one window that is big enough for each. At least one job.
SharedStats shared_stats(std::span<const DemandStats> jobs);

}  // namespace ctxcap::demand
