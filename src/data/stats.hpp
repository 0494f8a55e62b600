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
  Tokens num_ctx = 0;  // tokens
  Basis basis = Basis::tolerance_bound;
  std::optional<i64> rank;    // 1-based rank of the order statistic among the needs
  double risk = 0;            // asked: share of future requests that may exceed, 0..1
  double confidence = 0;      // 0..1
  double supported_risk = 0;  // the smallest risk that n requests support at that confidence
};

enum class CensoringVerdict { none, client_limit, censored };

// Do logged counts stop at a limit? `censored`: the server cut prompts or answers, true need unknown.
struct Censoring {
  CensoringVerdict verdict = CensoringVerdict::none;
  std::optional<Tokens> num_ctx;   // the window that cut (censored), or the client's limit in tokens
  i64 rows = 0;                    // requests at the limit
  std::vector<std::string> kinds;  // e.g. "half-window-cut", "dropped-history", "prompt-limit"

  // Censored only.
  std::optional<Tokens> cut_to;   // smallest count that a cut request shows
  std::optional<Tokens> grow_to;  // window to try next: a rung above num_ctx that the tail makes plausible
  i64 watch_requests = 0;         // requests to see under it before the risk asked for can be stated
  std::optional<i64>
      watch_days;  // the same in days at the observed rate, at least a week; unknown without times
};

struct DemandStats {
  std::string job, model;
  i64 requests = 0;  // > 0
  std::optional<Instant> from, to;
  Percentiles prompt, total;
  std::optional<Percentiles> generation;  // unknown when no request told its generation
  Histogram need;                         // of requests that a window cut: at least that window + 1
  i64 days = 0;                           // UTC days with requests, where times are known
  std::vector<Tokens> daily_max;          // largest need of each of those days, in their order
  std::optional<Day> counted_from;        // earlier days were cut by a smaller window and left out
  i64 left_out = 0;                       // requests of those days
  Required required;
  std::optional<Tokens> num_predict;  // generation limit: the explicit one, else the bound rounded up to 256
  Censoring censoring;
  std::optional<Tokens> asked_ctx;  // num_ctx most requests carried
};

}  // namespace ctxcap
