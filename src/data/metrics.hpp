#pragma once
// What a monitoring system is told after a run. Filled by report/metrics_of() from an analysis, and by
// whoever knows what runs and how the last runs ended; written by report/prom_text(). Unknown is left out,
// never 0.

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "data/demand.hpp"
#include "data/stats.hpp"

namespace ctxcap {

struct JobMetrics {
  std::string job, model;
  std::string variant;  // that serves the job; empty: none
  i64 requests = 0;
  Percentiles prompt, total;              // tokens
  std::optional<Percentiles> generation;  // tokens; unknown when no request told its generation
  std::optional<Tokens> required;         // window that the requests need at the risk asked for
  std::optional<Tokens> current;          // window in force
  std::optional<Tokens> cap;              // window decided
  std::optional<double> risk;  // upper bound of the share of future requests that need more than the cap
  std::optional<double> expected_cut_30d;  // requests in 30 days that are expected to need more than the cap
  bool censored = false;                   // logged counts stop at a window: the need is larger than it looks
};

struct VariantMetrics {
  std::string variant, model;
  std::optional<Tokens> cap;                 // window that it was created with
  std::optional<Bytes> predicted, measured;  // on the card, in all
};

struct RunMetrics {
  Instant at;                           // when it ended
  std::optional<Instant> last_success;  // of this run or an earlier one; nullopt: never
  int exit_code = 0;
  std::optional<double> seconds;  // that it took
};

struct Metrics {
  std::string version;  // of ctxcap; empty: not told
  std::vector<JobMetrics> jobs;
  std::vector<VariantMetrics> variants;
  std::vector<Skip> skipped;      // rows that do not count
  std::optional<RunMetrics> run;  // nullopt: an analysis alone is no run
};

}  // namespace ctxcap
