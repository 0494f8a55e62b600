#pragma once
// What was decided, done and seen, in time. Kept by state/, shown by report/.

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "data/decision.hpp"
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
  bool operator==(const DecisionRecord&) const = default;
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

}  // namespace ctxcap
