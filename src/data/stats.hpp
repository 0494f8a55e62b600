#pragma once
// What demand/ derives from a Demand. Read by policy/ and report/.

#include <map>
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

// Why a window is larger than the bound on all requests pooled: the days differ beyond chance.
enum class Raise {
  none,
  trend,    // needs grow from day to day: projected to the end of the next review period
  recent,   // the newest days need more than the days before
  weekday,  // one weekday needs more than the others
};

// The window that the requests need, with the risk it carries.
struct Required {
  Tokens num_ctx = 0;  // tokens
  Basis basis = Basis::tolerance_bound;
  std::optional<i64> rank;     // 1-based rank of the order statistic among the needs
  double risk = 0;             // asked: share of future requests that may exceed, 0..1
  double confidence = 0;       // 0..1
  Raise raised = Raise::none;  // why num_ctx lies above the order statistic `rank`
  Tokens for_answers = 0;      // part of num_ctx: room for answers that nobody logged
  // The smallest risk that n requests support at that confidence; nullopt: some were cut, so their need is
  // unknown.
  std::optional<double> supported_risk;
};

enum class CensoringVerdict { none, client_limit, censored };

// Do logged counts stop at a limit? `censored`: the server cut prompts or answers.
struct Censoring {
  CensoringVerdict verdict = CensoringVerdict::none;
  std::optional<Tokens> num_ctx;   // the window that cut (censored), or the client's limit in tokens
  i64 rows = 0;                    // requests at the limit
  std::vector<std::string> kinds;  // e.g. "half-window-cut", "dropped-history", "prompt-limit"

  // All of that lies in older days, and too few requests came since to decide by them alone.
  std::optional<Day> last_day;
  i64 since = 0;

  // No verdict: so few requests at the mark of a window that nobody stated, that it may be chance.
  std::optional<Tokens> maybe_cut_by;
  i64 maybe_cut = 0;

  // Censored only.
  bool sizes_known = false;             // of all that was cut, and counted: the need is known
  std::optional<Tokens> estimated_max;  // largest true prompt of cut requests, by their bodies
  std::optional<Tokens> cut_to;         // smallest count that a cut request shows
  std::optional<Tokens> grow_to;  // window to try next: a rung above num_ctx that the tail makes plausible
  i64 watch_requests = 0;         // requests to see under it before the risk asked for can be stated
  std::optional<i64> watch_days;  // the same in days at the observed rate, at least a week
};

// How the days of a job differ. Chances are those of so strong a sign when days are exchangeable.
struct Drift {
  double growth_per_day = 0;         // of the daily 90th percentile: 0.01 is 1 % a day
  double trend_chance = 1;           // of so steady a growth
  double recent_chance = 1;          // of newest days as high, against the days before
  i64 recent_days = 0;               // how many are the newest
  double weekday_chance = 1;         // of one weekday as high, against the others
  std::optional<int> worst_weekday;  // 0 = Monday
};

// A generalised Pareto tail above a threshold: the exceedances y = x - threshold have survival
// (1 + shape y / scale)^(-1/shape). It warns, it never lowers a window.
struct TailFit {
  Tokens threshold = 0;
  i64 excesses = 0;        // requests above it
  double shape = 0;        // > 0: heavy tail; < 0: finite end
  double scale = 0;        // tokens
  double level = 0;        // tokens exceeded with the risk asked for, best estimate
  double level_upper = 0;  // its upper limit at the confidence asked for
};

// What the requests of one UTC day needed, as logged.
struct DayNeeds {
  Day day = 0;
  i64 requests = 0;  // > 0
  Tokens p50 = 0, p90 = 0, max = 0;
  bool operator==(const DayNeeds&) const = default;
};

// What a generation limit rests on, and whom it would cut.
struct GenerationLimit {
  Tokens tokens = 0;
  Basis basis = Basis::tolerance_bound;
  std::optional<i64> rank;            // of the order statistic among the answers
  i64 answers = 0, over = 0;          // answers that were counted; those of them that are longer
  std::optional<double> share_upper;  // upper bound of the share of future answers that are longer, at the
                                      // confidence of the window; nullopt: unknown, as none was counted
                                      // or some were cut
};

// Why it is what it is, and what it would cut, in one sentence.
std::string reason_of(const GenerationLimit& limit, double confidence);

struct DemandStats {
  std::string job, model;
  i64 requests = 0;  // > 0
  std::optional<Instant> from, to;
  Percentiles prompt, total;
  std::optional<Percentiles> generation;  // unknown when no request told its generation
  i64 unknown_generation = 0;       // requests that did not; `required` has room for num_predict more then
  Histogram need;                   // of requests that a window cut: at least that window + 1
  std::optional<double> per_day;    // requests per day from the first to the last; unknown without times
  i64 days = 0;                     // UTC days with requests, where times are known
  std::vector<Tokens> daily_max;    // largest need of each of those days, in their order
  std::vector<DayNeeds> by_day;     // those days
  Histogram prompts, answers;       // tokens of each; answers of the requests that told them
  std::optional<Day> counted_from;  // earlier days were cut by a smaller window and left out
  i64 left_out = 0;                 // requests of those days
  Required required;
  std::optional<Tokens> num_predict;  // generation limit: the explicit one, else the bound rounded up to 256
  std::optional<GenerationLimit> limit;  // the same with its reason
  Censoring censoring;
  std::optional<Drift> drift;                 // where there are enough days
  std::optional<TailFit> tail;                // where enough requests lie in the tail
  std::map<Tokens, i64> num_ctx_asked;        // num_ctx that requests carried -> how many
  std::map<Tokens, i64> windows, cuts, busy;  // as in Demand
  bool upper_ends = false;                    // the same: every length is at most what stands here
  Tokens slots = 0;                           // the same
};

// Whether nobody knows how much the requests needed that were cut.
inline bool hides_need(const Censoring& censoring) {
  return censoring.verdict == CensoringVerdict::censored && !censoring.sizes_known;
}

// Then there is no risk to state, no count of those that needed more, and nothing to expect of the future.
inline bool need_is_unknown(const DemandStats& stats) {
  return hides_need(stats.censoring);
}

// Whether `required` is only the window to try next: requests were cut, and too few were not.
inline bool only_next_try(const DemandStats& stats) {
  return need_is_unknown(stats) && stats.required.basis == Basis::little_data;
}

// What one window would mean, were the future like the past. All of it follows from one law: of n needs, k of
// them above the window, the share p of future requests above it is Beta(k + 1, n - k), as if the window
// ended at the largest need that it holds. Its bound, its mean and the mean of (1 - p)^m are what is told.
struct Outlook {
  Tokens num_ctx = 0;
  i64 requests_over = 0;   // observed requests that needed more
  double share_upper = 0;  // upper bound of the share of future requests that need more, at `confidence`
  double confidence = 0;
  std::optional<double> requests_30d;      // expected in 30 days at the observed rate
  std::optional<double> expected_cut_30d;  // of those, expected to be cut: m (k + 1) / (n + 1)
  std::optional<double> cut_30d_upper;     // the same at share_upper
  std::optional<double> clean_30d;         // chance that none of them is cut
  std::optional<double> day_chance;        // chance that a next day has a request that needs more
};

}  // namespace ctxcap
