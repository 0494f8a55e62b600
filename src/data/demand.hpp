#pragma once
// What the traces say: per (job, model) and UTC day, exact histograms of what each request used.
// Made by ingest/, read by demand/, report/ and (later) state/.

#include <compare>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "data/histogram.hpp"

namespace ctxcap {

// The requests of one day. Every histogram holds one entry per request, except that the generation of a
// request may be unknown (a refused prompt, an embedding), so `generation` can hold fewer.
struct DayDemand {
  Histogram prompt;      // prompt tokens as the server counted them
  Histogram generation;  // generation tokens (eval count, thinking included)
  Histogram total;       // prompt + generation of the same request
  Histogram need;  // smallest num_ctx that serves the request whole: max(prompt + generation, prompt + 1)
  bool operator==(const DayDemand&) const = default;
  void merge(const DayDemand& other);
};

// Rows without a readable start time are kept under this day.
inline constexpr Day kUnknownDay = std::numeric_limits<Day>::min();

// Size of the body that a request sent, beside the prompt tokens that the server counted. The server cuts
// counts, not bodies: their ratio tells. Never the body itself.
struct BodySize {
  Tokens prompt = 0;  // > 0
  Bytes bytes = 0;    // of the logged input; > 0
  i64 count = 0;      // requests of both sizes; > 0
  auto operator<=>(const BodySize&) const = default;
};

// A request in time. Kept only where asked for (backtest of a short log, reloads of shared weights). Requests
// without a readable time come first, in the order of their rows.
inline constexpr Instant kUnknownTime{std::numeric_limits<i64>::min()};
struct Sent {
  Instant at = kUnknownTime;
  Tokens need = 0;
  auto operator<=>(const Sent&) const = default;
};

// The job of requests whose own jobs are too many, and theirs too small, to be
// told one by one.
inline constexpr const char* kOtherJobs = "other jobs";

// All days of [begin, end) as one.
DayDemand pooled(std::map<Day, DayDemand>::const_iterator begin, std::map<Day, DayDemand>::const_iterator end);

struct Demand {
  std::string job;    // never empty; "all" when the rows name none
  std::string model;  // as Ollama names it, provider prefixes removed; empty when the rows name none
  std::map<Day, DayDemand> days;
  std::optional<Instant> from, to;          // start of the first and of the last request, where known
  std::map<Tokens, i64> num_ctx_asked;      // num_ctx that requests carried -> how many
  std::map<Tokens, i64> num_predict_asked;  // generation limit that requests carried -> how many
  std::map<Tokens, i64> windows;            // window of the server that answered -> how many; of its own log
  std::map<Tokens, i64> cuts;  // window that cut (0: unknown) -> prompts whose true size was counted
  // Requests that the server was at when one began, that one included -> how many; of its own log. The state
  // keeps the highest alone, and 0 for how many. `slots`: the most that it had; 0: unknown.
  std::map<Tokens, i64> busy;
  Tokens slots = 0;
  // Largest window that a prompt of unknown size was refused for -> how many. Such a prompt counts as just
  // beyond it.
  std::map<Tokens, i64> refused_at;
  // Lengths are upper ends of the buckets of somebody's histograms: what piles up there means nothing.
  bool upper_ends = false;
  std::vector<BodySize> bodies;  // ascending, each pair once; empty: rows carry no bodies
  std::vector<Sent> sent;        // ascending by time; empty: not asked for
  bool operator==(const Demand&) const = default;

  DayDemand pooled() const;         // all days as one
  void merge(const Demand& other);  // of the same job and model
};

// Why a row was not used. `first` is the place of the earliest such row.
struct Skip {
  std::string reason;  // a word from ingest's table of reasons, e.g. "bad-json", "duplicate"
  i64 count = 0;
  std::string first;  // "file:line"
  bool operator==(const Skip&) const = default;
};

struct InputSummary {
  std::string source;  // file name as given, "-" for stdin
  std::string format;  // the format seen; several are joined with "+"; "empty" for no rows
  i64 rows = 0;        // rows read: lines, CSV records, or elements of a page or array
  i64 used = 0;        // rows counted as requests
  bool operator==(const InputSummary&) const = default;
};

// `skipped` holds rows that were not used; `remarks` holds rows that were, with a word that says how.
struct TraceSummary {
  std::vector<Demand> demands;       // ascending by (model, job)
  std::vector<InputSummary> inputs;  // in the order given
  std::vector<Skip> skipped;         // ascending by reason
  std::vector<Skip> remarks;         // ascending by reason, e.g. "corrected-inclusive"
  std::vector<std::string> missing;  // fields that the user named and no row has
  i64 pooled = 0;                    // jobs that became part of kOtherJobs
  std::string group_by;              // word for --job that would make fewer jobs; empty:
                                     // none is known
  i64 grouped_jobs = 0;              // how many that would be

  i64 rows() const;  // of all inputs
  i64 used() const;
  bool operator==(const TraceSummary&) const = default;

  // Requests that came later, and none of which is in both: inputs of the same source become one, and of
  // skips the first place stays.
  void merge(TraceSummary other);
};

}  // namespace ctxcap
