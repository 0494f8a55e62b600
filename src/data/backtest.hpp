#pragma once
// Rules judged on the past, and what separate windows would have cost. Made by demand/, read by report/.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "data/demand.hpp"

namespace ctxcap {

// Some of the requests of a job, in time order between parts: those of a day, or a fixed number.
struct Part {
  Day day = kUnknownDay;
  Histogram needs;  // not empty
};

// How one rule fared when it set the window of each part from all parts before.
struct RuleResult {
  std::string rule;             // "tolerance-bound", "max", "max-x1.15", "p90-x1.15", "p99"
  // As people are told: ours has no name that only statisticians know.
  std::string shown_rule() const { return rule == "tolerance-bound" ? "ctxcap" : rule; }
  i64 decisions = 0;            // one per part but the first
  i64 requests = 0;             // in the parts decided for
  i64 exceeded = 0;             // of those, needed more than the window set before
  double mean_num_ctx = 0;      // over decisions
  std::vector<Tokens> windows;  // of each decision, multiples of 256 (what llama.cpp allocates)
  double chance = 1;  // of as many exceedances or more, were each request over with the risk asked for
};

// A request: when it started, and the window it would run under.
struct Arrival {
  Instant at;
  Tokens num_ctx = 0;
};

// Loads of a runner that the order of requests causes.
struct ReloadCount {
  i64 reloads = 0;
  std::vector<std::pair<Day, i64>> by_day;  // days with requests, ascending
  double per_day = 0;                       // over those days
};

// A rule on one job, with the KV cache it would have held on average; nullopt: memory unknown.
struct RuleReport {
  RuleResult result;
  std::optional<double> mean_kv_bytes;
};

struct JobBacktest {
  std::string job, model;
  bool by_day = false;            // else by thousand requests
  std::vector<RuleReport> rules;  // ours first; empty: too little of the log to look back on
};

struct Backtest {
  double risk = 0.001, confidence = 0.95;
  std::vector<JobBacktest> jobs;
};

// "ctxcap.backtest/1", indented. `rules` sums up over all jobs, `jobs` tells them apart.
std::string backtest_json(const Backtest& backtest);
// One result per rule over all jobs: counts are sums, means are weighted by decisions.
std::vector<RuleReport> over_all_jobs(const Backtest& backtest);

}  // namespace ctxcap
