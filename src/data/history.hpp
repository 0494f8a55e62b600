#pragma once
// What was decided, done and seen, in time. Kept by state/, shown by report/.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/calibration.hpp"
#include "data/decision.hpp"
#include "data/demand.hpp"
#include "data/owned.hpp"
#include "data/plan.hpp"

namespace ctxcap {

// One run of a command that may change something.
struct Run {
  i64 id = 0;           // 0: not recorded yet
  std::string command;  // "nightly", "apply", ...
  Instant started;
  std::optional<Instant> finished;  // nullopt: still at it, or it was killed
  std::optional<i64> exit_code;
  std::string note;  // one line: what it did, or why it failed
  bool operator==(const Run&) const = default;
};

// What became of a decision.
enum class Outcome {
  unchanged,  // what runs is right
  advised,    // shown, not asked for (dry run)
  waiting,    // held back for now: too few nights agree, quiet hours, a canary
  rendered,   // written down for who starts the server: nothing is applied
  applied,
  undone,  // it did not hold, what was there before is back
  failed,
  rolled_back,  // taken back later, by a person
};

struct DecisionRecord {
  Instant at;
  i64 run = 0;  // 0: of no recorded run
  std::string job, model;
  std::optional<Tokens> from_num_ctx;  // today's window; nullopt: unknown
  std::optional<Tokens> to_num_ctx;    // nullopt: withheld
  std::optional<Tokens> required;      // by the data; nullopt: cannot be told
  Action action = Action::keep;
  std::string reason;  // one sentence
  Outcome outcome = Outcome::unchanged;
  std::string host =
      {};  // Host::id of the server; "": not known, it was written before servers were told apart
  bool operator==(const DecisionRecord&) const = default;
};

// The job of a record that is about no job: no request was seen, or nobody could be asked.
inline constexpr std::string_view kNoJob = "-";

// What a job comes to in one night: a line of its report, a record of the history.
struct JobNight {
  DecisionRecord record;
  std::string variants;  // names, for the line
  Move move = Move::keep;
  bool again = false;  // it happened in an earlier run of this night
};

// What /api/ps showed of a variant, beside what was asked and predicted.
struct Measurement {
  Instant at;
  i64 run = 0;
  std::string host;     // URL of the server
  std::string variant;  // with tag
  std::string digest;   // hex; empty: it was not installed
  std::optional<Bytes> predicted_bytes;
  Verification seen;
  bool operator==(const Measurement&) const = default;
};

// What was created, and where.
struct ReceiptRecord {
  Instant at;
  i64 run = 0;
  std::string host;
  Receipt receipt;  // without its verification, which is a Measurement
};

// A day of a job: what it needed, beside the window it had.
struct HistoryDay {
  Day day = 0;
  i64 requests = 0;
  Tokens need_max = 0;
  std::optional<Tokens> num_ctx;  // at the end of that day; nullopt: no decision tells
};

struct JobHistory {
  std::string job, model;
  std::optional<Tokens> num_ctx;  // since the last decision
  std::vector<HistoryDay> days;   // ascending, days with requests alone
};

struct History {
  std::vector<DecisionRecord> decisions;  // as they were made
  std::vector<Measurement> measurements;  // oldest first
  std::vector<JobHistory> jobs;           // ascending by (model, job)
};

// The days of each demand, with the windows that the decisions of the same job and model led to.
std::vector<JobHistory> days_of(const std::vector<Demand>& demands,
                                const std::vector<DecisionRecord>& decisions);

std::string history_json(const History& history);

// Requests of one source: two sources count twice.
struct SourceDemand {
  std::string source;
  Demand demand;
};

// All that the state holds, one JSON object a line, the first of which names the schema (ctxcap.export/1).
struct Export {
  std::vector<Run> runs;
  std::vector<SourceDemand> demands;
  std::vector<DecisionRecord> decisions;
  std::vector<ReceiptRecord> receipts;
  std::vector<Measurement> measurements;
  std::vector<Calibration> calibrations;
  std::vector<OwnedVariant> variants;  // the latest of each name
};
std::string export_lines(const Export& all);
// The same read back. `origin` names the text in errors (ErrorKind::usage), with the line.
Result<Export> export_of(std::string_view lines, const std::string& origin);

}  // namespace ctxcap
