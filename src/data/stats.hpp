#pragma once
// What demand/ derives from a Demand. Read by policy/ and report/.

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "data/histogram.hpp"

namespace ctxcap {

// Nearest rank: percentile p is the ceil(p n)-th smallest value.
struct Percentiles {
  Tokens p50 = 0, p90 = 0, p95 = 0, p99 = 0, p99_9 = 0, max = 0;
  bool operator==(const Percentiles&) const = default;
};

enum class Basis {
  tolerance_bound,  // an order statistic that is an upper tolerance bound at the asked risk
  little_data,      // too few requests for that: observed maximum x 1.25
  explicit_window,  // the user said so
};

// The window that the requests need, with the risk it carries.
struct Required {
  Tokens num_ctx = 0;                 // tokens
  Basis basis = Basis::tolerance_bound;
  std::optional<i64> rank;            // 1-based rank of the order statistic among the needs
  double risk = 0;                    // asked: share of future requests that may exceed, 0..1
  double confidence = 0;              // 0..1
  double supported_risk = 0;          // the smallest risk that n requests support at that confidence
};

enum class CensoringVerdict { none, client_limit, censored };

// Do logged counts stop at a limit? `censored`: the server cut prompts or answers, true need unknown.
struct Censoring {
  CensoringVerdict verdict = CensoringVerdict::none;
  std::optional<Tokens> num_ctx;   // the window that cut (censored), or the client's limit in tokens
  i64 rows = 0;                    // requests at the limit
  std::vector<std::string> kinds;  // e.g. "half-window-cut", "full-window-cut", "at-window"
};

struct DemandStats {
  std::string job, model;
  i64 requests = 0;                             // > 0
  std::optional<Instant> from, to;
  Percentiles prompt, total;
  std::optional<Percentiles> generation;        // unknown when no request told its generation
  Histogram need;
  Required required;
  std::optional<Tokens> num_predict;            // generation limit: the explicit one, else the bound rounded up to 256
  Censoring censoring;
  std::optional<Tokens> asked_ctx;              // num_ctx most requests carried
};

// The jobs of one base model, which share its runner: one window for all of them.
struct SharedStats {
  std::vector<std::string> jobs;           // in the order given
  std::string binding_job;                 // the first whose required window is the largest
  i64 requests = 0;
  std::optional<Instant> from, to;
  Histogram need;                          // of all jobs
  Required required;                       // that of the binding job: big enough for each at its own risk
  std::optional<Tokens> num_predict;       // largest of the jobs'; unknown when no job knows one
  std::vector<std::string> censored_jobs;  // jobs whose true need is unknown
};

}  // namespace ctxcap
