#pragma once
// Demand -> DemandStats: what a job needs, at which risk, and whether its counts can be believed.

#include <optional>
#include <span>
#include <vector>

#include "data/analysis.hpp"
#include "data/backtest.hpp"
#include "data/demand.hpp"
#include "data/stats.hpp"

namespace ctxcap::demand {

struct RiskOptions {
  double risk = 0.001;       // share of future requests that may exceed the window; in 0..1, exclusive
  double confidence = 0.95;  // of that statement; in 0..1, exclusive
  std::optional<Tokens> num_predict;  // the generation limit that the job will run with; unset: derived. > 0
  std::vector<Tokens> windows;     // that may have been in force (model's, server's), for the censoring test
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
//
// Days that differ beyond chance raise a bound (Required::raised); nothing ever lowers it.
DemandStats stats_of(const Demand& demand, const RiskOptions& options);

// A window that cuts today outweighs whatever earlier days say. `under_cap`: days that the window in force
// served; what it cut of this job there goes into `stats`, of all its days.
void heed_cuts_under(Tokens in_force, std::span<const Demand> under_cap, const RiskOptions& options,
                     DemandStats& stats);

// What was asked of a window that is known to have served these requests.
struct UnderWindow {
  i64 requests = 0;
  bool cut = false;  // some of them
};
UnderWindow under_window(const Demand& demand, Tokens num_ctx, const RiskOptions& options);

// What a window would mean for the next 30 days, and for a next day. confidence in 0..1, exclusive.
std::optional<Outlook> outlook(const DemandStats& stats, Tokens num_ctx, double confidence);

// Would the rule have held? Each rule sees what came before a part of the log and sets a window; the requests
// of that part that need more are counted. One result per rule, ours first: the bound with its raises; the
// largest need so far; the same x 1.15, as KRR sizes memory; the 90th percentile x 1.15, as VPA does; the
// 99th percentile. Empty for fewer than two parts. Needs are taken as logged: a cut job has no backtest that
// means anything.
std::vector<RuleResult> backtest(std::span<const Part> parts, const RiskOptions& options);
// By day; a log of fewer than two days by a thousand requests.
std::vector<Part> parts_of(const Demand& demand);
std::vector<Part> parts_by_day(const Demand& demand);
std::vector<Part> parts_by_count(std::span<const Tokens> needs_in_time_order, i64 size);

// Jobs on the same weights share one runner: with a window per job, every request under another window than
// the one before loads the model anew. Equal instants are taken by ascending window, which loads least. The
// first load and loads after idling come with any plan and are not counted.
ReloadCount count_reloads(std::vector<Arrival> arrivals);

// Loads that the order of the requests would have caused, had each job of `parts` (several decisions on one
// base model) run under its own window. `demands` are those of the base, with Demand::sent.
SharedWeights count_reloads_of(std::span<const BaseAnalysis> parts, std::span<const Demand> demands);

// Percentiles by nearest rank; all 0 for an empty histogram.
Percentiles percentiles_of(const Histogram& histogram);

}  // namespace ctxcap::demand
