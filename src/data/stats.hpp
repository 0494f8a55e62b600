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
  Tokens num_predict = 0;                       // generation bound, rounded up to 256; 0: unknown
  Censoring censoring;
  std::optional<Tokens> asked_ctx;              // num_ctx most requests carried
};

}  // namespace ctxcap
