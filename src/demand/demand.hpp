#pragma once
// Demand -> DemandStats: what a job needs, at which risk, and whether its counts can be believed.

#include <optional>
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
  i64 review_days = 7;             // days until the window is looked at again; growth is projected that far
  std::optional<Tokens> in_force;  // the window that is known to have served these requests
};

// Everything about one job. A Demand without requests gives requests = 0 and no required window.
//
// Cut requests: when a window cut in all days, the k cut ones are taken to need more than it, wherever they
// were logged. Then need_(r + k) is a tolerance bound if r + k <= n; if not, the true need is unknown:
// Required is the next window to try, with Basis::little_data. When only earlier days were cut and the later
// ones are enough for the risk asked for, the later ones alone are counted.
DemandStats stats_of(const Demand& demand, const RiskOptions& options);

// What a window would mean for the next 30 days, and for a next day. confidence in 0..1, exclusive.
Outlook outlook(const DemandStats& stats, Tokens num_ctx, double confidence);

// Percentiles by nearest rank; all 0 for an empty histogram.
Percentiles percentiles_of(const Histogram& histogram);

}  // namespace ctxcap::demand
